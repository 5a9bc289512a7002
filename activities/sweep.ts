import { heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type pg from 'pg';
import { complaintWorkflowId } from '../src/temporal/names.js';
import type { WorldAnchor } from '../src/domain/world-clock.js';
import { beginRun } from '../src/relay/start-run.js';
import { withoutWords } from './without-words.js';
import type { SweepActivities } from '../workflows/sweep.js';

export interface SweepDeps {
  pool: pg.Pool;
  client: Client;
  clock: WorldAnchor;
  taskQueue: string;
}

const PAGE = 500;
const CONCURRENCY = 8;
/** Between two looks at a suspect: a run that is just starting, or just closing, shows by then. */
const SECOND_LOOK_MS = 2_000;

interface OpenRow {
  id: string;
  number: string;
  run_no: number;
  fence: string | null;
}

/** Repairs open complaints without a run. Nothing is decided by Temporal's lists: each suspect is described, twice. */
export function createSweep(deps: SweepDeps): SweepActivities {
  return {
    sweepPage: withoutWords('sweep', async (cursor: string | null) => {
      const { rows } = await deps.pool.query<OpenRow>(
        `select id, number, run_no, fence from complaints
         where status <> 'closed' and ($1::uuid is null or id > $1) order by id limit $2`,
        [cursor, PAGE],
      );
      let rebuilt = 0;
      const queue = [...rows];
      const worker = async (): Promise<void> => {
        for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
          if (await repair(deps, row)) {
            rebuilt += 1;
          }
          heartbeat(row.number);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, worker));
      return { next: rows.length < PAGE ? null : rows[rows.length - 1]!.id, checked: rows.length, rebuilt };
    }),
    tidy: withoutWords<void, { expired: number }>('tidy', async () => {
      const { rowCount } = await deps.pool.query(
        `update commands set state = 'refused', result = '{"expired": true}', decided_at = created_at
         where state = 'pending' and created_at < (select max(created_at) from commands) - interval '1 day'`,
      );
      await deps.pool.query(`delete from idempotency_keys where created_at < now() - interval '2 days'`);
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

/** True when the run that holds the row's fence (or, before any step, whichever) is running. */
async function hasRun(client: Client, row: OpenRow): Promise<boolean> {
  try {
    const described = await client.workflow.getHandle(complaintWorkflowId(row.number)).describe();
    const { firstRunId } = described.raw.workflowExecutionInfo ?? {};
    return described.status.name === 'RUNNING' && (row.fence === null || row.fence === firstRunId);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return false;
    }
    throw error;
  }
}
