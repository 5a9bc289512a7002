import { LIFE_COMMANDS, type Command } from '../../src/domain/transitions.js';
import type { CommandOf } from '../../src/domain/commands.js';
import { decide } from '../../src/domain/decide.js';
import { Refusal, Turn } from '../../src/domain/process.js';
import { forgetExtension } from '../../src/db/commands-store.js';
import type { Db } from '../../src/db/pool.js';
import type { SignalledCommand, StepResult } from '../../workflows/complaint/messages.js';
import { commandFacts } from './command-facts.js';
import { refusalOf, type StepContext } from './write.js';
import { surroundingsOf } from './surroundings.js';

/** What became of a cause: the turn to write, and a refusal. */
export interface Carried {
  turn: Turn;
  refused?: StepResult['refused'];
  /** The cause was dealt with by an earlier step. */
  repeated?: true;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface CommandRow {
  id: string;
  type: Command;
  actor: string;
  body: unknown;
  expected_versions: number[] | null;
  state: 'pending' | 'applied' | 'refused';
  result: { refused?: StepResult['refused'] } | null;
}

/** Carries out a command by its row; one that was decided before gives its first answer again. */
export async function carryOut(context: StepContext, commandId: string): Promise<Carried> {
  const { db, row } = context;
  const { rows } = await db.query<CommandRow>({
    name: 'read-command',
    text: `select id, type, actor, body, expected_versions, state, result from commands
      where id = $1 and complaint_id = $2`,
    values: [commandId, row.id],
  });
  const command = rows[0];
  if (command === undefined) {
    return { turn: context.turn, refused: refusalOf(context.turn, 'invalid', 'No such command.') };
  }
  if (context.input.cause.do !== 'open' && !(LIFE_COMMANDS as Command[]).includes(command.type)) {
    return {
      turn: context.turn,
      refused: refusalOf(context.turn, 'invalid', 'Not a command of a running complaint.'),
    };
  }
  if (command.state !== 'pending') {
    const refused = command.result?.refused;
    return { turn: context.turn, repeated: true, ...(refused && { refused }) };
  }
  return apply(context, command);
}

/** A signal names no command row, since it comes from outside the API: the step makes the row, once. */
export async function carryOutSignal(
  context: StepContext,
  commandId: string,
  signalled: SignalledCommand,
): Promise<Carried> {
  const { db, row, input } = context;
  const command = await commandOfSignal(db, row.id, signalled);
  await db.query(
    `insert into commands (id, complaint_id, type, actor, body, created_at)
     values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing`,
    [
      commandId,
      row.id,
      command.type,
      command.actor,
      JSON.stringify(command.body),
      new Date(input.now),
    ],
  );
  const carried = await carryOut(context, commandId);
  // Nobody waits for a signal's answer: a refusal is told on the timeline.
  if (carried.refused !== undefined && !carried.repeated) {
    context.turn.emit('refused', { command: command.type, commandId, code: carried.refused.code });
  }
  return carried;
}

async function commandOfSignal(
  db: Db,
  complaintId: string,
  signalled: SignalledCommand,
): Promise<{ type: Command; actor: string; body: unknown }> {
  if (signalled.type === 'escalate') {
    return { type: 'escalate', actor: 'system', body: {} };
  }
  if (!UUID.test(signalled.replyId)) {
    // Whatever was sent instead is not kept.
    return { type: 'replyFinal', actor: 'system', body: {} };
  }
  const { rows } = await db.query<{ kind: string; actor: string }>(
    'select kind, actor from replies where id = $1 and complaint_id = $2',
    [signalled.replyId, complaintId],
  );
  return {
    type: rows[0]?.kind === 'interim' ? 'replyInterim' : 'replyFinal',
    actor: rows[0]?.actor ?? 'system',
    body: { replyId: signalled.replyId },
  };
}

async function apply(context: StepContext, command: CommandRow): Promise<Carried> {
  const { db, row, region, input, turn } = context;
  const attempt = new Turn(turn.process, surroundingsOf(region, row.id, input.now, command.actor));
  let refused: StepResult['refused'];
  try {
    if (command.expected_versions?.includes(row.version) === false) {
      throw new Refusal('stale_version', `The complaint is at version ${row.version} now.`);
    }
    const of = { type: command.type, body: command.body } as CommandOf;
    decide(attempt, of, await commandFacts(db, region, row, of));
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    refused = refusalOf(turn, error.code, error.message);
  }
  await db.query({
    name: 'decide-command',
    text: 'update commands set state = $2, result = $3, decided_at = $4 where id = $1',
    values: [
      command.id,
      refused ? 'refused' : 'applied',
      JSON.stringify(refused ? { refused } : { status: attempt.process.status }),
      new Date(input.now),
    ],
  });
  if (refused) {
    await forgetExtension(db, command.id);
    return { turn, refused };
  }
  // What the clocks did up to now comes first, then what the command did.
  attempt.events.unshift(...turn.events);
  attempt.effects.unshift(...turn.effects);
  return { turn: attempt };
}
