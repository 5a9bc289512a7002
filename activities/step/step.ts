import type pg from 'pg';
import { lockProcess, type ProcessRow } from '../../src/db/process-row.js';
import { inTransaction } from '../../src/db/pool.js';
import type { RegionCache } from '../../src/db/region-store.js';
import { advance, close } from '../../src/domain/advance.js';
import { Turn } from '../../src/domain/process.js';
import type { Cause, StepInput, StepResult } from '../../workflows/complaint/messages.js';
import { carryOut, carryOutSignal, type Carried } from './command.js';
import type { ChannelOf } from './effects.js';
import { openRun } from './open-run.js';
import { withoutWords } from '../without-words.js';
import { surroundingsOf } from './surroundings.js';
import { takeWords } from './words.js';
import { standing, write, type StepContext } from './write.js';

export interface StepDeps {
  pool: pg.Pool;
  region: RegionCache;
  channelOf: ChannelOf;
}

/**
 * One step of a complaint's life is one transaction: lock the row, see that this run may write, bring
 * the clocks up to now, do what the step is about, write row, events, outbox. Repeating a step is
 * safe, since each cause leaves a mark where it was dealt with: a command's row, a word's row, a
 * clock's state, a publication's row.
 */
export function createStep(deps: StepDeps): (input: StepInput) => Promise<StepResult> {
  return withoutWords('step', async (input) => {
    const region = await deps.region.current();
    return inTransaction(deps.pool, async (db) => {
      const row = await lockProcess(db, input.complaintId);
      if (row === null || !mayWrite(row, input)) {
        return fenced(row);
      }
      const turn = new Turn(row.process, surroundingsOf(region, row.id, input.now, 'system'));
      const { channelOf } = deps;
      const context: StepContext = { db, row, region, turn, input, channelOf };
      if (input.cause.do === 'open') {
        if (row.runNo === input.runNo) {
          return standing(context, row.version);
        }
        const opened = await openRun(context, input.cause.begin);
        return opened === null ? fenced(row) : write({ ...context, turn: opened });
      }
      const { turn: decided, refused, repeated } = await dealWith(context, input.cause);
      return write({ ...context, turn: decided, ...(repeated && { repeated }) }, refused);
    });
  });
}

function mayWrite(row: ProcessRow, input: StepInput): boolean {
  if (row.runNo === input.runNo) {
    return row.fence === input.fence;
  }
  // Only opening may take the row, and only for the run that follows the one that had it.
  return input.cause.do === 'open' && row.runNo === input.runNo - 1;
}

/** Brings the complaint up to now, then does what the step is about. */
async function dealWith(
  context: StepContext,
  cause: Exclude<Cause, { do: 'open' }>,
): Promise<Carried> {
  const { turn, row } = context;
  if (row.process.status !== 'closed') {
    // A word that came before the waiting limit counts, however late it is found.
    if (row.hasWords) {
      await takeWords(context);
    }
    advance(turn);
  }
  switch (cause.do) {
    case 'command':
      return carryOut(context, cause.commandId);
    case 'signal':
      return carryOutSignal(context, cause.commandId, cause.command);
    case 'withdraw':
      if (turn.process.status !== 'closed') {
        close(turn, 'withdrawn', { data: { by: 'cancellation' } });
      }
      return { turn };
    // Words of an open complaint have just been taken; about one on a closed complaint the relay decides.
    case 'words':
    case 'tick':
      return { turn };
    // The run may have missed what the row tells: its answer is told as a whole.
    case 'look':
      return { turn, repeated: true };
  }
}

function fenced(row: ProcessRow | null): StepResult {
  const status = row?.process.status ?? 'closed';
  return { status, version: row?.version ?? 0, fenced: true };
}
