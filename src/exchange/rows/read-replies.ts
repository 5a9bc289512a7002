import type { IncidentTags, TaggedReply } from '../export/incident-tags.js';
import { instantOf } from '../values/instant.js';
import type { CellReader } from './cell-reader.js';
import type { SourceReply } from './source-row.js';
import { outcomeOf } from './vocabulary.js';

interface ReplyTimes {
  firstReplyAt: number | null;
  executorReplyAt: number | null;
  ratingAskedAt: number | null;
  createdAt: number;
}

export interface ReadReplies {
  list: SourceReply[];
  /** How many of them stand in no column of the executor's: 1 when somebody else gave the first reply. */
  repliesOfDesk: 0 | 1;
}

/**
 * The replies of a row in their order. The first reply of all and the executor's first are one when they say the
 * same. Where the source does not say when a reply was given, the last one came before the question whether it is
 * solved, and others with the one before them.
 */
export function readReplies(
  reader: CellReader,
  tags: IncidentTags,
  times: ReplyTimes,
): ReadReplies {
  const general = reader.text('firstReplyText');
  const own = [reader.text('reply1'), reader.text('reply2'), reader.text('reply3')];
  const further = (tags.replies ?? [])
    .filter((reply) => reply.text !== undefined)
    .sort((a, b) => a.place - b.place)
    .map((reply) => reply.text ?? '');
  const repliesOfDesk = general !== null && general !== own[0] ? 1 : 0;
  const texts = [...(repliesOfDesk === 1 ? [general] : []), ...own, ...further].filter(
    (text): text is string => text !== null,
  );
  const outcome = outcomeOf(reader.word('outcome') ?? '') ?? null;
  const knownAt = (index: number): number | null => {
    if (index === 0) return times.firstReplyAt ?? times.executorReplyAt;
    if (index === repliesOfDesk) return times.executorReplyAt;
    return index === texts.length - 1 ? times.ratingAskedAt : null;
  };
  const columnOf = (index: number) =>
    index === 0 && times.firstReplyAt !== null
      ? 'firstReplyAt'
      : index <= repliesOfDesk
        ? 'executorReplyAt'
        : 'ratingAskedAt';
  let before = times.createdAt;
  const list = texts.map((text, index): SourceReply => {
    const tag = tags.replies?.find((reply) => reply.place === index + 1);
    const isLast = index === texts.length - 1;
    const known = instantOf(tag?.publishedAt) ?? knownAt(index);
    if (known !== null && known < times.createdAt) {
      reader.warn(columnOf(index), 'lies before the row was created; taken as given then');
    }
    before = Math.max(known ?? before, times.createdAt);
    return {
      kind: kindOf(tag) ?? (isLast ? 'final' : 'interim'),
      text,
      at: before,
      isTimeGuessed: known === null,
      outcome:
        tag === undefined ? (isLast ? outcome : null) : (outcomeOf(tag.outcome ?? '') ?? null),
      signatory: tag?.signatory === 'head' ? 'head' : 'agency',
      promisedAt: instantOf(tag?.promisedAt),
    };
  });
  return { list, repliesOfDesk };
}

function kindOf(tag: TaggedReply | undefined): SourceReply['kind'] | null {
  return tag?.kind === 'final' || tag?.kind === 'interim' ? tag.kind : null;
}
