import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { publication } from '../../workflows/index.js';
import { publicationWorkflowId, WORKFLOWS } from '../temporal/names.js';
import type { Dispatcher } from './relay.js';

/** Begins the short workflow that publishes an interim reply, a question or a corrected revision. */
export const startPublication: Dispatcher = async (row, deps) => {
  const { replyId, revision } = row.payload as { replyId: string; revision: number };
  const { rows } = await deps.pool.query<{ channel: string }>(
    'select distinct channel from publications where reply_id = $1 and revision = $2 order by channel',
    [replyId, revision],
  );
  if (rows.length === 0) {
    return 'done';
  }
  try {
    await deps.client.workflow.start<typeof publication>(WORKFLOWS.publication, {
      workflowId: publicationWorkflowId(replyId, revision),
      taskQueue: deps.taskQueue,
      args: [{ replyId, channels: rows.map(({ channel }) => channel) }],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
      throw error;
    }
  }
  return 'done';
};
