/** Names shared by everything that speaks to Temporal. Imports nothing. */

/** Publication leaves the machine: each channel has a queue of its own, so that one slow source holds nobody up. */
export const publicationQueue = (taskQueue: string, channel: string): string =>
  `${taskQueue}-publish-${channel}`;

export const complaintWorkflowId = (number: string): string => `complaint/${number}`;
export const publicationWorkflowId = (replyId: string, revision: number): string =>
  `publication/${replyId}/${revision}`;
export const SWEEP_SCHEDULE_ID = 'sweep';
export const SWEEP_WORKFLOW_ID = 'sweep-run';

/** The inverse of `complaintWorkflowId`; null for any other workflow's id. */
export function numberOfWorkflowId(workflowId: string): string | null {
  const match = /^complaint\/(\d{4}-\d{6,})$/.exec(workflowId);
  return match?.[1] ?? null;
}

export const WORKFLOWS = {
  complaint: 'complaint',
  publication: 'publication',
  sweep: 'sweep',
} as const;

export const SEARCH_ATTRIBUTES = {
  ComplaintStatus: 'KEYWORD',
  Topic: 'KEYWORD',
  Agency: 'KEYWORD',
  Municipality: 'KEYWORD',
  Source: 'KEYWORD',
  Priority: 'KEYWORD',
  CampaignId: 'KEYWORD',
  EscalationLevel: 'INT',
  DueAt: 'DATETIME',
} as const;
