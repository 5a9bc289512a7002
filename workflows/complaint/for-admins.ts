import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributeUpdatePair,
} from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import { numberOfWorkflowId } from '../../src/temporal/names.js';
import type { ComplaintInput, StepResult } from './messages.js';

const { KEYWORD, INT, DATETIME } = SearchAttributeType;
const KEYS = {
  status: defineSearchAttributeKey('ComplaintStatus', KEYWORD),
  topic: defineSearchAttributeKey('Topic', KEYWORD),
  agency: defineSearchAttributeKey('Agency', KEYWORD),
  municipality: defineSearchAttributeKey('Municipality', KEYWORD),
  source: defineSearchAttributeKey('Source', KEYWORD),
  priority: defineSearchAttributeKey('Priority', KEYWORD),
  campaign: defineSearchAttributeKey('CampaignId', KEYWORD),
  level: defineSearchAttributeKey('EscalationLevel', INT),
  dueAt: defineSearchAttributeKey('DueAt', DATETIME),
};

/** The pairs to upsert after a step; a null value removes the attribute. A reply on its way is not worth an event. */
export function attributePairs(before: StepResult, after: StepResult): SearchAttributeUpdatePair[] {
  if (after.status === 'publishing') {
    return [];
  }
  const moved = {
    ...(after.status !== before.status && { status: after.status }),
    ...(after.level !== before.level && { level: after.level ?? null }),
    ...after.attributes,
  };
  return Object.entries(moved).map(([name, value]) => ({
    key: KEYS[name as keyof typeof KEYS],
    value: name === 'dueAt' && typeof value === 'number' ? new Date(value) : value,
  })) as SearchAttributeUpdatePair[];
}

/** An instant as `2026-11-25T10:30Z`. */
export const toMinute = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`;

/** The current details shown in the Temporal UI (Markdown). */
export function detailsOf(
  input: ComplaintInput,
  { status, closure, level, wakeAt, version }: StepResult,
): string {
  const number = numberOfWorkflowId(workflowInfo().workflowId) ?? '';
  return [
    `**${number}**: ${status}${closure === undefined ? '' : ` (${closure})`}`,
    `- next due: ${wakeAt === undefined ? 'none' : toMinute(wakeAt)}`,
    `- escalation level: ${level ?? 0}`,
    `- version ${version}, run ${input.runNo ?? 1}`,
    `- [API](/api/v1/complaints/${number})`,
  ].join('\n');
}
