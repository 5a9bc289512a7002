import { heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type pg from 'pg';
import type { AttachmentStore } from '../src/attachments/store.js';
import { tidyAttachments } from '../src/attachments/tidy.js';
import { complaintWorkflowId } from '../src/temporal/names.js';
import { toWorld, type WorldAnchor } from '../src/domain/world-clock.js';
import { signalRun } from '../src/relay/signal-run.js';
import { beginRun } from '../src/relay/start-run.js';
import { withoutWords } from './without-words.js';
import type { SweepActivities } from '../workflows/sweep.js';

export interface SweepDeps {
  pool: pg.Pool;
  client: Client;
  clock: WorldAnchor;
  taskQueue: string;
  attachments: AttachmentStore;
}

const PAGE = 500;
const CONCURRENCY = 8;
/** Between two looks at a suspect: a run that is just starting, or just closing, shows by then. */
const SECOND_LOOK_MS = 2_000;

/** A run takes its row in its first step. */
const OPENS_WITHIN_MS = 10 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** What a caller is told who asks for a given-up command under its key after all. */
const EXPIRED = {
  code: 'invalid',
  message: 'It could not be carried out for a day and was given up.',
  allowed: [],
};

/** The first UUIDv7 of a machine instant: ids say when a command was made, its row says it in world time. */
function firstIdAt(machineMs: number): string {
  const hex = machineMs.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** So long after its instant, in machine time, nothing has happened: the run does not know of it. */
const OVERSLEPT_MS = 60_000;

interface OpenRow {
  id: string;
  number: string;
  run_no: number;
  fence: string | null;
}

interface FoundRow extends OpenRow {
  /** Slept through its instant, or has an answer that nobody may be publishing. */
  behind: boolean;
}

/** Repairs open complaints without a run, and reminds runs that are behind their row. Nothing is decided by Temporal's lists: each suspect is described, twice. */
export function createSweep(deps: SweepDeps): SweepActivities {
  return {
    sweepPage: withoutWords('sweep', async (cursor: string | null) => {
      const oversleptAt = toWorld(deps.clock, Date.now()) - OVERSLEPT_MS * deps.clock.scale;
      const { rows } = await deps.pool.query<FoundRow>(
        `select id, number, run_no, fence,
           coalesce(wake_at < $3, false) or (status = 'publishing' and exists (select from publications p
             where p.reply_id = (process ->> 'finalReplyId')::uuid and p.state = 'pending')) as behind
         from complaints
         where status <> 'closed' and ($1::uuid is null or id > $1) order by id limit $2`,
        [cursor, PAGE, new Date(oversleptAt)],
      );
      let rebuilt = 0;
      const queue = [...rows];
      const worker = async (): Promise<void> => {
        for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
          if (await repair(deps, row)) {
            rebuilt += 1;
          } else if (row.behind) {
            await signalRun(deps.client, row.number, 'look');
          }
          heartbeat(row.number);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, worker));
      return {
        next: rows.length < PAGE ? null : (rows.at(-1)?.id ?? null),
        checked: rows.length,
        rebuilt,
      };
    }),
    tidy: withoutWords<void, { expired: number }>('tidy', async () => {
      const { rowCount } = await deps.pool.query(
        `update commands set state = 'refused', result = $2, decided_at = created_at
         where state = 'pending' and id < $1
           and not exists (select from outbox where payload ->> 'commandId' = commands.id::text)`,
        [firstIdAt(Date.now() - DAY_MS), JSON.stringify({ refused: EXPIRED })],
      );
      await deps.pool.query(
        `delete from idempotency_keys where created_at < now() - interval '2 days'`,
      );
      await tidyAttachments(deps.pool, deps.attachments, Date.now());
      return { expired: rowCount ?? 0 };
    }),
  };
}

async function repair(deps: SweepDeps, row: OpenRow): Promise<boolean> {
  if (await hasRun(deps.client, row)) {
    return false;
  }
  await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
  const { rows } = await deps.pool.query<OpenRow>(
    `select id, number, run_no, fence from complaints where id = $1 and status <> 'closed'`,
    [row.id],
  );
  const again = rows[0];
  if (again === undefined || (await hasRun(deps.client, again))) {
    return false;
  }
  await rebuild(deps, again);
  return true;
}

/** Gives an open complaint a new run from its row, in the place of any run that has lost it. */
export async function rebuild(
  deps: Pick<SweepDeps, 'client' | 'clock' | 'taskQueue'>,
  row: Pick<OpenRow, 'id' | 'number' | 'run_no'>,
): Promise<void> {
  await beginRun(deps, row.id, row.number, row.run_no + 1, { by: 'rebuild' });
}

/**
 * True when the run that holds the row's fence is running; before any step, whichever has just been started. One that
 * has not taken the row for so long never will: after a restore it may be the run of a complaint of the same number.
 */
async function hasRun(client: Client, row: OpenRow): Promise<boolean> {
  try {
    const described = await client.workflow.getHandle(complaintWorkflowId(row.number)).describe();
    const { firstRunId } = described.raw.workflowExecutionInfo ?? {};
    if (described.status.name !== 'RUNNING') {
      return false;
    }
    return row.fence === null
      ? described.startTime.getTime() > Date.now() - OPENS_WITHIN_MS
      : row.fence === firstRunId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return false;
    }
    throw error;
  }
}
