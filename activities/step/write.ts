import { saveStep, type ProcessRow } from '../../src/db/process-row.js';
import type { Db } from '../../src/db/pool.js';
import type { RegionView } from '../../src/db/region-store.js';
import { chain } from '../../src/db/timeline.js';
import { nearestDue } from '../../src/domain/clocks.js';
import { wakeAt, type Process, type RefusalCode, type Turn } from '../../src/domain/process.js';
import { allowedIn, placeOf } from '../../src/domain/transitions.js';
import type { StepAttributes, StepInput, StepResult } from '../../workflows/complaint/messages.js';
import { applyEffects, type ChannelOf } from './effects.js';
import { closeWhenPublished, pendingPublication } from './publishing.js';
import { webhookMessages } from '../../src/webhooks/messages.js';

/** A step under way, in its transaction. */
export interface StepContext {
  db: Db;
  row: ProcessRow;
  region: RegionView;
  turn: Turn;
  input: StepInput;
  channelOf: ChannelOf;
  /** The step was done before, and its answer may have been lost. */
  repeated?: true;
}

/** Writes what a step decided: the effects, the row, the events. */
export async function write(
  context: StepContext,
  refused?: StepResult['refused'],
): Promise<StepResult> {
  const { db, row, turn, input, channelOf } = context;
  if (turn.events.length === 0 && turn.effects.length === 0 && input.cause.do !== 'open') {
    return standing(context, row.version, refused);
  }
  await applyEffects(db, { ...row, process: turn.process }, turn.effects, channelOf, {
    now: input.now,
    actor: turn.around.actor,
  });
  if (turn.effects.some((effect) => effect.do === 'waive')) {
    // What was waived may have been all that the closing waited for.
    await closeWhenPublished(db, turn);
  }
  const wake = wakeAt(turn.process, turn.calendar, turn.around.ladder);
  const version = row.version + 1;
  const dueAt = nearestDue(turn.process.clocks)?.at ?? null;
  const events = chain(row.id, row.head, turn.events);
  await saveStep(
    db,
    row.id,
    turn.process,
    { version, runNo: input.runNo, fence: input.fence, wakeAt: wake, dueAt },
    events,
    webhookMessages(context.region, {
      row,
      from: row.process.agencyId,
      process: turn.process,
      version,
      events,
    }),
  );
  return standing(context, version, refused);
}

/** Where the complaint stands now, as the workflow needs to know it. */
export async function standing(
  { db, row, region, turn, input, repeated }: StepContext,
  version: number,
  refused?: StepResult['refused'],
): Promise<StepResult> {
  const { process } = turn;
  const wake = wakeAt(turn.process, turn.calendar, turn.around.ladder);
  const publish =
    process.status === 'publishing' && process.finalReplyId !== null
      ? await pendingPublication(db, process.finalReplyId)
      : null;
  // A new run begins with no attributes (one continued as new has them all). It and a repeated step, whose answer
  // may have been lost, are told them all: the row cannot say what Temporal knows.
  const isNewRun = input.cause.do === 'open' && input.cause.begin.by !== 'continue';
  const before = isNewRun || repeated ? null : attributesOf(region, row, row.process);
  const attributes = changedAttributes(before, attributesOf(region, row, process));
  return {
    status: process.status,
    ...(process.closureReason !== null && { closure: process.closureReason }),
    version,
    ...(process.level > 0 && { level: process.level }),
    ...(wake !== null && { wakeAt: wake }),
    ...(publish !== null && { publish }),
    ...(attributes !== null && { attributes }),
    ...(refused !== undefined && { refused }),
  };
}

/** What the Temporal UI has to be told anew; a closed complaint keeps the due it was closed by. */
function changedAttributes(
  before: StepAttributes | null,
  after: StepAttributes,
): StepAttributes | null {
  const moved = Object.entries(after).filter(([name, value]) =>
    before === null ? value !== null : value !== before[name as keyof StepAttributes],
  );
  return moved.length === 0 ? null : Object.fromEntries(moved);
}

const isOpenForWork = (status: string): boolean => status !== 'publishing' && status !== 'closed';

function attributesOf(region: RegionView, row: ProcessRow, process: Process): StepAttributes {
  return {
    topic: process.topic,
    agency:
      process.agencyId === null ? null : (region.agencies.get(process.agencyId)?.code ?? null),
    municipality: process.municipality,
    source: row.source,
    priority: process.priority,
    campaign: row.campaign,
    ...(isOpenForWork(process.status) && { dueAt: nearestDue(process.clocks)?.at ?? null }),
  };
}

export const refusalOf = (
  turn: Turn,
  code: RefusalCode,
  message: string,
): NonNullable<StepResult['refused']> => ({
  code,
  message,
  allowed: allowedIn(placeOf(turn.process.status, turn.process.closureReason)),
});
