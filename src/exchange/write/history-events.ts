import type { NewEvent, NewText } from '../../db/timeline.js';
import type { Matched } from '../rows/match-names.js';
import type { SourceRow } from '../rows/source-row.js';
import type { WrittenReply } from './reply-records.js';

export interface EventFacts {
  importId: string;
  /** World time, epoch ms: when all of it was recorded here. */
  now: number;
  actor: string;
  matched: Matched;
  visibility: string;
  text: NewText['ref'];
  replies: WrittenReply[];
  comment: NewText['ref'] | null;
}

/**
 * What a row tells, as the timeline would have it: each event at its true instant, in order, with `recordedAt`. The
 * first one names the import. Of an open row only what came before: its triage is the desk's own.
 */
export function historyEvents(row: SourceRow, facts: EventFacts): NewEvent[] {
  const { matched, replies, now } = facts;
  const recordedAt = now;
  const event = (
    type: string,
    at: number,
    data: Record<string, unknown>,
    actor = 'system',
  ): NewEvent => ({ type, at, actor, data: { ...data, recordedAt } });

  const later: NewEvent[] = [];
  if (row.closing !== null) {
    later.push(
      event('triaged', row.createdAt, {
        kind: row.kind,
        topic: matched.topic,
        municipality: matched.municipality,
        priority: row.priority ?? 'ordinary',
      }),
    );
  }
  if (row.assignedAt !== null) {
    later.push(event('assigned', row.assignedAt, { agency: matched.agencyId }));
  }
  replies.forEach((reply, index) => {
    const data = { reply: reply.id, kind: reply.kind, text: reply.textRef };
    if (row.approval !== null && index === row.figures.repliesOfDesk) {
      const { askedAt } = row.approval;
      // The source has approvals by the millisecond and replies by the second.
      const approvedAt = Math.max(askedAt, Math.min(row.approval.approvedAt, reply.at));
      later.push(event('reply_submitted', askedAt, data));
      later.push(event('approved', approvedAt, { reply: reply.id }));
    }
    later.push(
      event('replied', reply.at, {
        ...data,
        ...(reply.outcome !== null && { outcome: reply.outcome }),
        signatory: reply.signatory,
        ...(reply.promisedAt !== null && { promisedAt: reply.promisedAt }),
        ...(reply.isTimeGuessed && { timeGuessed: true }),
      }),
    );
  });
  later.push(...closingEvents(row, facts, event));
  const first = event(
    'received',
    row.createdAt,
    {
      source: row.source,
      origin: row.origin,
      visibility: facts.visibility,
      text: facts.text,
      import: facts.importId,
    },
    facts.actor,
  );
  return [first, ...later.sort((a, b) => a.at - b.at)];
}

function closingEvents(
  row: SourceRow,
  { replies, comment }: EventFacts,
  event: (type: string, at: number, data: Record<string, unknown>, actor?: string) => NewEvent,
): NewEvent[] {
  const { closing, dueAt } = row;
  if (closing === null) return [];
  const events: NewEvent[] = [];
  const reply = replies.at(-1)?.id;
  if (dueAt !== null && dueAt < closing.at) {
    events.push(event('breached', dueAt, { clock: 'resolution', dueAt }));
  }
  events.push(
    event('closed', closing.at, {
      closure: closing.reason,
      ...(closing.rejectCode !== null && { code: closing.rejectCode }),
      ...(closing.reason === 'answered' && reply !== undefined && { reply }),
    }),
  );
  if (closing.rating !== null && reply !== undefined) {
    const { rating, solved, at } = closing.rating;
    events.push(
      event(
        'rated',
        at,
        {
          reply,
          ...(rating !== null && { rating }),
          ...(solved !== null && { solved }),
          ...(comment !== null && { comment }),
        },
        'citizen',
      ),
    );
  }
  return events;
}
