import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { complaint } from '../../workflows/index.js';
import type { Begin, ComplaintInput } from '../../workflows/complaint/messages.js';
import { allowedIn, placeOf } from '../domain/transitions.js';
import { toWorld } from '../domain/world-clock.js';
import { complaintWorkflowId, WORKFLOWS } from '../temporal/names.js';
import type { OutboxKind } from '../db/outbox.js';
import type { Dispatcher, RelayDeps } from './relay.js';
import { signalRun } from './signal-run.js';

interface RunRow {
  number: string;
  source: string;
  run_no: number;
  status: string;
  closure_reason: Parameters<typeof placeOf>[1];
  command_state: string | null;
}

/** Begins a complaint's first run, or the run that a command (reopen, unmerge) asks for. */
export const startRun: Dispatcher = async (row, deps) => {
  const { commandId } = row.payload as { commandId?: string };
  const { rows } = await deps.pool.query<RunRow>({
    name: 'run-to-start',
    text: `select number, source, run_no, status, closure_reason,
        (select state from commands where commands.id = $2) as command_state
      from complaints where complaints.id = $1`,
    values: [row.complaint_id, commandId ?? null],
  });
  const found = rows[0];
  if (found === undefined) {
    return 'done';
  }
  if (commandId === undefined) {
    if (found.run_no === 0) {
      await beginRun(deps, row.complaint_id, found.number, 1, { by: 'start' }, row.kind);
    }
    return 'done';
  }
  if (found.command_state !== 'pending') {
    return 'done';
  }
  if (found.status !== 'closed') {
    await refuse(deps, commandId, found);
    return 'done';
  }
  if (row.attempts > 1) {
    // The run that it joined may not know that the complaint is closed.
    await signalRun(deps.client, found.number, 'look');
  }
  await beginRun(deps, row.complaint_id, found.number, found.run_no + 1, {
    by: 'command',
    commandId,
  });
  // Done when the run has decided about the command: the run it joined may be the one that just closed.
  return { againInMs: 300 };
};

/**
 * What Temporal does about a run of the same id. The first start must not follow another run, however
 * late it is repeated; a reopening joins one that runs; a rebuilding takes its place.
 */
const POLICIES = {
  start: { workflowIdReusePolicy: 'REJECT_DUPLICATE' },
  command: { workflowIdReusePolicy: 'ALLOW_DUPLICATE', workflowIdConflictPolicy: 'USE_EXISTING' },
  word: { workflowIdReusePolicy: 'ALLOW_DUPLICATE', workflowIdConflictPolicy: 'USE_EXISTING' },
  rebuild: {
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  },
  continue: {},
} as const satisfies Record<Begin['by'], object>;

/** Of 1 (first) to 5: the default is 3. Tasks of imported complaints' first runs come after all others. */
const IMPORTED_PRIORITY = 4;

/** Starts a run, unless Temporal has one already that serves as well. */
export async function beginRun(
  deps: Pick<RelayDeps, 'client' | 'clock' | 'taskQueue'>,
  complaintId: string,
  number: string,
  runNo: number,
  begin: Begin,
  kind: OutboxKind = 'start',
): Promise<void> {
  const { clock } = deps;
  const input: ComplaintInput = {
    complaintId,
    ...(runNo !== 1 && { runNo }),
    ...(begin.by !== 'start' && { begin }),
    ...(clock.machineStart !== 0 && { clock }),
  };
  try {
    await deps.client.workflow.start<typeof complaint>(WORKFLOWS.complaint, {
      workflowId: complaintWorkflowId(number),
      taskQueue: deps.taskQueue,
      args: [input],
      staticSummary: runNo === 1 ? number : `${number}, run ${runNo}`,
      ...(kind === 'import_start' && { priority: { priorityKey: IMPORTED_PRIORITY } }),
      ...POLICIES[begin.by],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
      throw error;
    }
  }
}

async function refuse(deps: RelayDeps, commandId: string, found: RunRow): Promise<void> {
  const place = placeOf(found.status as Parameters<typeof placeOf>[0], found.closure_reason);
  const refused = {
    code: 'state_forbids',
    message: `not allowed in ${place}.`,
    allowed: allowedIn(place),
  };
  await deps.pool.query(
    `update commands set state = 'refused', result = $2, decided_at = $3 where id = $1 and state = 'pending'`,
    [commandId, JSON.stringify({ refused }), new Date(toWorld(deps.clock, Date.now()))],
  );
}
