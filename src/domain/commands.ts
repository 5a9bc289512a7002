import type { ClosureReason, Command, RejectCode } from './transitions.js';

/** A free text as the process knows it: where it lies and its digest under its own key; never its words. */
export interface TextRef {
  id: string;
  digest: string;
}

export const REPLY_OUTCOMES = ['solved', 'explained', 'postponed', 'not_solved'] as const;
export type ReplyOutcome = (typeof REPLY_OUTCOMES)[number];

export const COMPLAINT_KINDS = ['complaint', 'question', 'proposal', 'thanks'] as const;
export type ComplaintKind = (typeof COMPLAINT_KINDS)[number];

/** What each command's row says beside its actor: ids, codes and instants. Ids of agencies and users are UUIDs. */
export interface CommandBodies {
  classify: { topic: string; kind?: ComplaintKind };
  assign: { agency: string; executor?: string };
  accept: Record<string, never>;
  /** The reply's row holds kind, outcome, promise and text. */
  replyInterim: { replyId: string };
  replyFinal: { replyId: string };
  /** A question is a reply row of kind `question`. */
  ask: { replyId: string };
  approve: { replyId: string };
  return: { replyId: string; reason: TextRef };
  /** `until`: epoch ms, world time. */
  extend: { extensionId: string; until: number; reason: TextRef };
  approveExtension: { extensionId: string; until: number };
  refuseExtension: { extensionId: string; reason?: TextRef };
  delegate: { executor?: string; agency?: string };
  coExecution: { agency: string; text: TextRef };
  handover: { agency?: string; reason: TextRef };
  escalate: { reason?: TextRef };
  reject: { code: RejectCode; reason?: TextRef };
  merge: { into: string; intoNumber: string };
  close: { reason: Extract<ClosureReason, 'withdrawn' | 'no_response'> };
  waive: { publication: string; reason: TextRef };
  publishAgain: Record<string, never>;
  reopen: { reason?: TextRef; cause: 'operator' | 'rating' | 'word' };
  unmerge: Record<string, never>;
  correct: { replyId: string; revision: number; text: TextRef };
  rate: { solved?: boolean; rating?: number; comment?: TextRef };
}

export type CommandOf = { [C in Command]: { type: C; body: CommandBodies[C] } }[Command];
