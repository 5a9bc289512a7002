import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from 'express';
import type pg from 'pg';
import type { CommandRow } from '../../db/commands-store.js';
import { findCommand, insertCommand, refuseCommand } from '../../db/commands-store.js';
import { findHead } from '../../db/complaints-store.js';
import type { ComplaintHead } from '../../db/complaints-store.js';
import { enqueue } from '../../db/outbox.js';
import { inTransaction } from '../../db/pool.js';
import type { RegionView } from '../../db/region-store.js';
import { insertText, newText } from '../../db/timeline.js';
import type { TextKind } from '../../db/timeline.js';
import type { CommandBodies, TextRef } from '../../domain/commands.js';
import { allowedIn, isAllowed, placeOf } from '../../domain/transitions.js';
import type { Command, LifeCommand } from '../../domain/transitions.js';
import type { CommandOutcome } from '../../temporal/desk-client.js';
import { AppError, unavailable } from '../../errors.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { requireVersion, versionsWanted } from '../etag.js';
import { resourceIdOf } from '../idempotency.js';

/** What a command is prepared in: the transaction that will hold its row. */
export interface Preparing {
  db: pg.PoolClient;
  head: ComplaintHead;
  region: RegionView;
  actor: string;
  /** World time, epoch ms. */
  now: number;
}

export interface CommandCall<C extends Command> {
  head: ComplaintHead;
  type: C;
  actor: string;
  /** Writes what the command refers to and says its body; it runs once, however often the command is sent. */
  prepare(preparing: Preparing): Promise<CommandBodies[C]>;
}

export interface Done<C extends Command> {
  head: ComplaintHead;
  body: CommandBodies[C];
}

/** The refusal of a command where the complaint stands: nothing has changed. */
export function forbidden(head: Pick<ComplaintHead, 'status' | 'closureReason'>, message?: string) {
  const place = placeOf(head.status, head.closureReason);
  return new AppError('state_forbids', message ?? `The complaint is ${place}.`, {
    status: head.status,
    allowed: allowedIn(place),
  });
}

/**
 * The row says what the table forbids, without asking Temporal. A complaint that is only just received is
 * about to be sorted: its run decides then.
 */
export function requireAllowed(head: ComplaintHead, type: Command): void {
  if (head.status !== 'received' && !isAllowed(type, placeOf(head.status, head.closureReason))) {
    throw forbidden(head);
  }
}

/** Which field of a command's body a rule of the process speaks about. */
const FIELD: Partial<Record<Command, string>> = {
  extend: 'until',
  approveExtension: 'until',
  handover: 'agency',
  coExecution: 'agency',
  merge: 'into',
};

type Refused = Omit<Extract<CommandOutcome, { applied: false }>, 'applied'>;

function refusal(type: Command, { code, message, status, version, allowed }: Refused): AppError {
  if (code === 'stale_version') {
    return new AppError('stale_version', message, { version });
  }
  if (code === 'state_forbids') {
    return new AppError('state_forbids', message, { status, allowed });
  }
  const path = FIELD[type];
  return path === undefined
    ? new AppError('conflict', message, { status, allowed })
    : new AppError('invalid', message, { fields: [{ path, message }] });
}

/** A free text of a command, stored; the command names it by id and digest. */
export async function storeText(
  { db, head }: Preparing,
  kind: TextKind,
  body: string,
): Promise<TextRef> {
  const text = newText(kind, body);
  await insertText(db, head.id, text);
  return text.ref;
}

/**
 * Commits the command's row with what it refers to; `starts`: with an outbox row that begins a new run;
 * `expected`: the versions that the caller takes the complaint at.
 */
async function commit<C extends Command>(
  deps: AppDeps,
  id: string,
  call: CommandCall<C>,
  how: { starts: boolean; expected: number[] | null },
): Promise<CommandBodies[C]> {
  const { head, type, actor } = call;
  const region = await deps.region.current();
  const now = worldNow(deps);
  return inTransaction(deps.pool, async (db) => {
    const body = await call.prepare({ db, head, region, actor, now });
    const { expected } = how;
    await insertCommand(db, { id, complaintId: head.id, type, actor, body, at: now, expected });
    if (how.starts) {
      await enqueue(db, 'start', head.id, { commandId: id });
    }
    return body;
  });
}

/** An earlier try's row, when the request comes with a key that an earlier try had. */
async function earlier(deps: AppDeps, req: Request): Promise<CommandRow | null> {
  return req.resourceId === undefined ? null : findCommand(deps.pool, req.resourceId);
}

async function after<C extends Command>(
  deps: AppDeps,
  call: CommandCall<C>,
  body: CommandBodies[C],
): Promise<Done<C>> {
  const head = await findHead(deps.pool, call.head.id);
  return { head: head ?? call.head, body };
}

/** @throws the refusal that a decided row tells; nothing when the row says applied. */
function requireApplied(type: Command, head: ComplaintHead, row: CommandRow): void {
  const refused = row.result?.refused;
  if (row.state === 'refused' && refused) {
    throw refusal(type, { ...refused, status: head.status, version: head.version });
  }
}

/** A command whose answer was lost may be one that its run knows nothing of. */
async function remind(deps: AppDeps, head: ComplaintHead): Promise<void> {
  await enqueue(deps.pool, 'look', head.id, {});
  deps.kickRelay();
}

async function send(
  deps: AppDeps,
  { head, type }: CommandCall<LifeCommand>,
  id: string,
): Promise<void> {
  let outcome: CommandOutcome;
  try {
    outcome = await deps.desk.command(head, { id, type });
  } catch (error) {
    // The answer may have been lost after the step that decided: the row knows.
    const row = await findCommand(deps.pool, id);
    if (row !== null && row.state !== 'pending') {
      await remind(deps, head);
      requireApplied(type, head, row);
      return;
    }
    // A run that ended meanwhile will never answer; where the complaint stands now does.
    const now = await findHead(deps.pool, head.id);
    if (now?.status !== 'closed') {
      throw error;
    }
    const refused = forbidden(now);
    const allowed = allowedIn(placeOf(now.status, now.closureReason));
    const reason = { code: 'state_forbids' as const, message: refused.message, allowed };
    await refuseCommand(deps.pool, id, reason, worldNow(deps));
    throw refused;
  }
  if (!outcome.applied) {
    const { code, message, allowed } = outcome;
    const isRefused = await refuseCommand(
      deps.pool,
      id,
      { code, message, allowed },
      worldNow(deps),
    );
    // A run that Temporal took up again from before the step knows nothing of it; the row does.
    const row = isRefused ? null : await findCommand(deps.pool, id);
    if (row?.state !== 'applied') {
      throw refusal(type, outcome);
    }
    await remind(deps, head);
  }
}

/**
 * Sends a command to the complaint's run and waits for what it decides. Its row is committed first, so that
 * a retry under the same Idempotency-Key is the same command.
 * @throws AppError `state_forbids`, `stale_version`, `invalid`, `conflict`, or `unavailable`.
 */
export async function runCommand<C extends LifeCommand>(
  deps: AppDeps,
  req: Request,
  call: CommandCall<C>,
): Promise<Done<C>> {
  const known = await earlier(deps, req);
  const id = resourceIdOf(req);
  if (known && known.state !== 'pending') {
    await remind(deps, call.head);
    requireApplied(call.type, call.head, known);
    return after(deps, call, known.body as CommandBodies[C]);
  }
  if (!known) {
    requireVersion(req, call.head.version);
    requireAllowed(call.head, call.type);
  }
  const body = known
    ? (known.body as CommandBodies[C])
    : await commit(deps, id, call, { starts: false, expected: versionsWanted(req) });
  await send(deps, call, id);
  return after(deps, call, body);
}

const DECISION_LIMIT_MS = 5_000;
const LOOK_EVERY_MS = 40;

/**
 * Begins the next run of a closed complaint: the relay starts it, its first step decides about the command.
 * @throws AppError as `runCommand`; `unavailable` when nothing decided within 5 s.
 */
export async function beginNextRun<C extends 'reopen' | 'unmerge'>(
  deps: AppDeps,
  req: Request,
  call: CommandCall<C>,
): Promise<Done<C>> {
  const known = await earlier(deps, req);
  const id = resourceIdOf(req);
  if (!known) {
    requireVersion(req, call.head.version);
    if (!isAllowed(call.type, placeOf(call.head.status, call.head.closureReason))) {
      throw forbidden(call.head);
    }
  }
  const body = known
    ? (known.body as CommandBodies[C])
    : await commit(deps, id, call, { starts: true, expected: versionsWanted(req) });
  deps.kickRelay();
  const until = Date.now() + DECISION_LIMIT_MS;
  for (;;) {
    const row = await findCommand(deps.pool, id);
    if (row && row.state !== 'pending') {
      requireApplied(call.type, call.head, row);
      return after(deps, call, body);
    }
    if (Date.now() >= until) {
      throw unavailable('Temporal');
    }
    await sleep(LOOK_EVERY_MS);
  }
}
