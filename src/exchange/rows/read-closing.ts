import type { IncidentTags } from '../export/incident-tags.js';
import { instantOf } from '../values/instant.js';
import { shortened } from '../values/words.js';
import type { CellReader } from './cell-reader.js';
import type { ReadReplies } from './read-replies.js';
import type { SourceClosing, SourceLabels } from './source-row.js';
import { closingOf, codeOf, outcomeOf } from './vocabulary.js';

interface Around {
  closedAt: number | null;
  createdAt: number;
  ratingAskedAt: number | null;
  replies: ReadReplies;
}

/** How and when a closed row was closed. */
export function readClosing(
  reader: CellReader,
  labels: SourceLabels,
  tags: IncidentTags,
  { closedAt, createdAt, ratingAskedAt, replies }: Around,
): SourceClosing | null {
  const at = closedAt ?? ratingAskedAt ?? replies.list.at(-1)?.at ?? null;
  if (at === null) {
    if (!reader.isBad) reader.error('closedAt', 'is empty, though the row is closed');
    return null;
  }
  if (at < createdAt) {
    reader.error('closedAt', 'lies before the row was created');
    return null;
  }
  if (labels.outcome !== undefined && outcomeOf(labels.outcome) === undefined) {
    reader.warn(
      'outcome',
      `«${shortened(labels.outcome, 80)}» is no outcome that is known; kept as the source's word`,
    );
  }
  const isAnswered = replies.list.length > 0;
  const word = labels.closingReason ?? null;
  const status = reader.word('status');
  const meaning = codeOf(tags.closure ?? '') ?? codeOf(status ?? '') ?? closingOf(word, isAnswered);
  if (meaning === null) {
    reader.warn(
      'closingReason',
      `«${shortened(word ?? '', 80)}» is no reason that is known; kept as the source's word`,
    );
  }
  const { reason, rejectCode, rating, solved } = meaning ??
    closingOf(null, isAnswered) ?? {
      reason: 'answered',
      rejectCode: null,
      rating: null,
      solved: null,
    };
  const tagged = ratingOf(tags);
  const given =
    tagged ?? (rating === null && solved === null ? null : { rating, solved, at: null });
  if (given !== null && !isAnswered) {
    reader.warn(
      'closingReason',
      'is a rating of a reply that the row does not have; kept as a word',
    );
  }
  return {
    at,
    reason,
    rejectCode,
    rating:
      given === null || !isAnswered
        ? null
        : {
            rating: given.rating,
            solved: given.solved,
            comment: tags.ratingComment ?? null,
            at: given.at ?? at,
          },
  };
}

/** `5 2026-01-02T03:04:05.000Z`, `5 … solved`, `solved …`, `not_solved …`, as export writes it. */
function ratingOf(
  tags: IncidentTags,
): { rating: number | null; solved: boolean | null; at: number | null } | null {
  const [word, at, said] = (tags.rating ?? '').split(' ');
  const given = instantOf(at);
  if (/^[1-5]$/.test(word ?? '')) {
    return {
      rating: Number(word),
      solved: said === undefined ? null : said === 'solved',
      at: given,
    };
  }
  return word === 'solved' || word === 'not_solved'
    ? { rating: null, solved: word === 'solved', at: given }
    : null;
}
