import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { complaintWorkflowId } from '../temporal/names.js';
import type { Dispatcher } from './relay.js';

/**
 * Signals a complaint's run; one that is not there (yet, or any more) hears nothing. `citizenWrote`: words wait in the
 * inbox. `look`: the row may have moved by a step that the run has no record of. A command is an update, which Temporal
 * writes down only together with what came of it: when Temporal is restarted in between, the step is done and the run
 * knows nothing of it.
 */
export async function signalRun(
  client: Client,
  number: string,
  signal: 'citizenWrote' | 'look',
): Promise<void> {
  try {
    await client.workflow.getHandle(complaintWorkflowId(number)).signal(signal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) {
      throw error;
    }
  }
}

/** Reminds the run of a complaint that a command's answer was lost of. */
export const lookAgain: Dispatcher = async (row, { client, pool }) => {
  const { rows } = await pool.query<{ number: string }>(
    'select number from complaints where id = $1',
    [row.complaint_id],
  );
  if (rows[0] !== undefined) {
    await signalRun(client, rows[0].number, 'look');
  }
  return 'done';
};
