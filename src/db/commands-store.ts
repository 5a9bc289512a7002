import type { RefusalCode } from '../domain/process.js';
import type { Command } from '../domain/transitions.js';
import type { Db } from './pool.js';

/** What a command's row says about what became of it. */
export interface CommandRow {
  id: string;
  body: Record<string, unknown>;
  state: 'pending' | 'applied' | 'refused';
  result: {
    refused?: { code: RefusalCode; message: string; allowed: Command[] };
  } | null;
}

/**
 * `at`: world time, epoch ms; `expected`: the versions that the caller takes the complaint at, null for any.
 * A command that is carried out in the same transaction is inserted as applied.
 */
export async function insertCommand(
  db: Db,
  command: {
    id: string;
    complaintId: string;
    type: Command;
    actor: string;
    body: object;
    at: number;
    expected?: number[] | null;
    applied?: boolean;
  },
): Promise<void> {
  await db.query({
    name: 'insert-command',
    text: `insert into commands (id, complaint_id, type, actor, body, created_at, state, decided_at,
        expected_versions)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      command.id,
      command.complaintId,
      command.type,
      command.actor,
      JSON.stringify(command.body),
      new Date(command.at),
      command.applied ? 'applied' : 'pending',
      command.applied ? new Date(command.at) : null,
      command.expected ?? null,
    ],
  });
}

export async function findCommand(db: Db, id: string): Promise<CommandRow | null> {
  const { rows } = await db.query<CommandRow>({
    name: 'find-command',
    text: 'select id, body, state, result from commands where id = $1',
    values: [id],
  });
  return rows[0] ?? null;
}

/**
 * Marks a command that the workflow refused before a step looked at its row.
 * @returns false when it was decided already.
 */
export async function refuseCommand(
  db: Db,
  id: string,
  refused: NonNullable<NonNullable<CommandRow['result']>['refused']>,
  at: number,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'refuse-command',
    text: `update commands set state = 'refused', result = $2, decided_at = $3
      where id = $1 and state = 'pending'`,
    values: [id, JSON.stringify({ refused }), new Date(at)],
  });
  if (rowCount === 0) {
    return false;
  }
  await forgetExtension(db, id);
  return true;
}

/** Takes back the extension that a refused command asked for: a refusal changes nothing. */
export async function forgetExtension(db: Db, commandId: string): Promise<void> {
  await db.query({
    name: 'forget-extension',
    text: `delete from extensions where state = 'requested' and id =
      (select (body ->> 'extensionId')::uuid from commands where id = $1 and type = 'extend')`,
    values: [commandId],
  });
}
