import { z } from 'zod';
import * as commands from '../../contract/commands.js';
import {
  acceptedComplaint,
  complaint,
  complaintState,
  newComplaint,
  note,
  notePage,
  timelinePage,
} from '../../contract/complaints.js';
import type { Action } from '../permissions.js';
import { cursorParameter, limitParameter } from '../../contract/list.js';
import { plainListQuery } from '../../contract/resources.js';
import { API, type Operation } from './operation.js';

const tag = 'Complaints';
const one = `${API}/complaints/{id}`;
const state = { description: 'The new state', schema: complaintState, headers: ['ETag' as const] };

/** A command on a complaint: its path below the complaint, what it does and its body. */
function command(path: string, action: Action, summary: string, body: z.ZodType): Operation {
  return {
    method: 'post',
    path: `${one}/${path}`,
    tag: 'Commands',
    summary,
    action,
    body,
    versioned: true,
    command: true,
    answers: { 200: state },
  };
}

/** Decisions about an extension have two paths: below the complaint and by the extension alone. */
const extension = (path: string, action: Action, summary: string, body: z.ZodType): Operation[] =>
  [`${one}/extensions/{extensionId}`, `${API}/extensions/{extensionId}`].map((prefix) => ({
    ...command('', action, summary, body),
    path: `${prefix}/${path}`,
  }));

const replyState = complaintState.extend({ replyId: z.uuid() }).meta({ id: 'ReplyState' });
const splitState = complaintState
  .extend({ child: acceptedComplaint.omit({ duplicate: true }) })
  .meta({ id: 'SplitState' });

const replyTo: Operation = {
  ...command('replies', 'reply', 'Answer the citizen, or keep a draft', commands.replyBody),
  answers: { 201: { description: 'The reply', schema: replyState, headers: ['ETag'] } },
};

const splitOff: Operation = {
  ...command('split', 'split', 'Make a complaint of its own out of a part', commands.splitBody),
  answers: {
    201: {
      description: 'The old complaint, and the new one',
      schema: splitState,
      headers: ['ETag'],
    },
  },
};

/** Complaints: taking them in, reading one, and every command of its life. */
export const COMPLAINT_OPERATIONS: Operation[] = [
  {
    method: 'post',
    path: `${API}/complaints`,
    tag,
    summary: 'Take a message in',
    description:
      'Durable when it is answered; Temporal is not waited for. The same (source, externalId) is the same complaint.',
    action: 'createComplaint',
    body: newComplaint,
    answers: { 202: { description: 'Taken in', schema: acceptedComplaint } },
  },
  {
    method: 'get',
    path: one,
    tag,
    summary: 'One complaint, by id or number',
    action: 'readComplaint',
    answers: { 200: { description: 'The complaint', schema: complaint, headers: ['ETag'] } },
  },
  {
    method: 'get',
    path: `${one}/timeline`,
    tag,
    summary: 'What happened to it, in order, hash-chained',
    action: 'readComplaint',
    query: z.strictObject({ cursor: cursorParameter.optional(), limit: limitParameter(500, 200) }),
    answers: { 200: { description: 'Its events', schema: timelinePage, headers: ['ETag'] } },
  },
  command('accept', 'accept', 'Take it to work', commands.noBody),
  replyTo,
  command('replies/{replyId}/submit', 'reply', 'Send a draft on its way', commands.noBody),
  command('replies/{replyId}/approve', 'approve', 'Let a reply go out', commands.noBody),
  command(
    'replies/{replyId}/return',
    'return',
    'Send a reply back to its author',
    commands.returnBody,
  ),
  command(
    'replies/{replyId}/correct',
    'correct',
    'Correct a reply that went out',
    commands.correctBody,
  ),
  command('ask', 'ask', 'Ask the citizen; the clocks pause', commands.askBody),
  command('extend', 'extend', 'Ask for more time', commands.extendBody),
  command(
    'handover',
    'handover',
    'Give it to another agency, or back to triage',
    commands.handoverBody,
  ),
  command('delegate', 'delegate', 'Give it to an executor or a department', commands.delegateBody),
  command('co-execution', 'coExecution', 'Bring another agency in', commands.coExecutionBody),
  command('escalate', 'escalate', 'One level up, now', commands.escalateBody),
  command('classify', 'classify', 'Set topic and kind', commands.classifyBody),
  command('assign', 'assign', 'Name the agency that answers', commands.assignBody),
  command('reject', 'reject', 'Close without an answer, by a coded reason', commands.rejectBody),
  command('merge', 'merge', 'Close as a duplicate of another', commands.mergeBody),
  command('unmerge', 'unmerge', 'Undo a merge', commands.noBody),
  splitOff,
  command('reopen', 'reopen', 'Begin its next run', commands.reopenBody),
  command('close', 'close', 'Close as withdrawn, or for want of a response', commands.closeBody),
  command('waive', 'waive', 'Close without a publication that cannot be made', commands.waiveBody),
  command('publish-again', 'publishAgain', 'Try blocked publications once more', commands.noBody),
  ...extension('approve', 'approveExtension', 'Grant the time', commands.noBody),
  ...extension('refuse', 'refuseExtension', 'Refuse the time', commands.refuseExtensionBody),
  {
    method: 'get',
    path: `${one}/notes`,
    tag,
    summary: 'Internal notes',
    action: 'readNotes',
    query: plainListQuery,
    answers: { 200: { description: 'Notes', schema: notePage } },
  },
  {
    method: 'post',
    path: `${one}/notes`,
    tag,
    summary: 'Write an internal note; the citizen never sees it',
    action: 'writeNote',
    body: commands.noteBody,
    answers: {
      201: {
        description: 'The note',
        schema: note.omit({ text: true }).meta({ id: 'WrittenNote' }),
      },
    },
  },
];
