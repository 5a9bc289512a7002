import type { ComplaintKind, ReplyOutcome } from '../../domain/commands.js';
import type { ClosureReason, RejectCode } from '../../domain/transitions.js';

/** A row of another system's table, read and checked, in our words. Instants epoch ms, durations ms. */
export interface SourceRow {
  row: number;
  /** The row's id in its system. */
  sourceId: string;
  sourceNumber: string | null;
  /** Where the citizen wrote; one of the desk's sources. */
  source: string;
  /** The message's own id at that source, where the row tells it. */
  externalId: string | null;
  origin: 'authority_page' | 'elsewhere';
  visibility: 'public' | 'private' | null;
  kind: ComplaintKind | null;
  text: string;
  url: string | null;
  authorName: string | null;
  authorHandle: string | null;
  authorContact: string | null;
  address: string | null;
  lat: number | null;
  lon: number | null;
  campaign: string | null;
  priority: 'ordinary' | 'raised' | 'danger' | null;
  level: number;
  postedAt: number | null;
  createdAt: number;
  dueAt: number | null;
  assignedAt: number | null;
  replies: SourceReply[];
  approval: { askedAt: number; approvedAt: number } | null;
  /** null while it is open. */
  closing: SourceClosing | null;
  remark: string | null;
  labels: SourceLabels;
  firstReplyWorkingMs: number | null;
  executorReactionMs: number | null;
  figures: Record<string, number | string>;
  personal: Record<string, string>;
}

/** The source's words, by the columns' keys; what is empty is left out. */
export type SourceLabels = Partial<
  Record<
    | 'office'
    | 'agency'
    | 'executor'
    | 'step'
    | 'topicGroup'
    | 'topic'
    | 'region'
    | 'municipality'
    | 'incidentType'
    | 'outcome'
    | 'closingReason',
    string
  >
>;

export interface SourceReply {
  kind: 'interim' | 'final';
  text: string;
  at: number;
  /** The source does not say when; it lies between its neighbours. */
  isTimeGuessed: boolean;
  outcome: ReplyOutcome | null;
  signatory: 'agency' | 'head';
  promisedAt: number | null;
}

export interface SourceClosing {
  at: number;
  reason: ClosureReason;
  rejectCode: RejectCode | null;
  rating: {
    rating: number | null;
    solved: boolean | null;
    comment: string | null;
    at: number;
  } | null;
}
