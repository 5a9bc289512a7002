import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { complaintWorkflowId } from '../temporal/names.js';
import type { Dispatcher } from './relay.js';

/**
 * Has a complaint's run look at its row. A command is an update, which Temporal writes down only together with what
 * came of it: when Temporal is restarted in between, the step is done and the run knows nothing of it.
 */
export async function remindRun(client: Client, number: string): Promise<void> {
  try {
    await client.workflow.getHandle(complaintWorkflowId(number)).signal('look');
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
    await remindRun(client, rows[0].number);
  }
  return 'done';
};
