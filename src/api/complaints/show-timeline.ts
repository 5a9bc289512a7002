import type { TimelinePage } from '../../contract/complaints.js';
import { readTexts, type TimelineRow } from '../../db/timeline-page.js';
import type { Db } from '../../db/pool.js';

type Item = TimelinePage['items'][number];

interface Ref {
  id: string;
  digest: string;
}

function isRef(value: unknown): value is Ref {
  const { id, digest } = (value ?? {}) as Partial<Ref>;
  return typeof id === 'string' && typeof digest === 'string';
}

/** A note's words are for its own agency and for the desk; that there is a note everyone may know. */
function mayRead(event: TimelineRow, agencies: string[] | undefined): boolean {
  return (
    agencies === undefined ||
    event.type !== 'note_added' ||
    agencies.includes(String(event.data.agency))
  );
}

/**
 * Events as the wire shows them: where an event refers to a text, its words (null once erased) stand in `data`
 * and the reference, which the event's hash was made over, in `refs`.
 */
export async function showEvents(
  db: Db,
  events: TimelineRow[],
  agencies: string[] | undefined,
): Promise<Item[]> {
  const refsOf = (event: TimelineRow): [string, Ref][] =>
    Object.entries(event.data).filter((entry): entry is [string, Ref] => isRef(entry[1]));
  const ids = events
    .filter((event) => mayRead(event, agencies))
    .flatMap((event) => refsOf(event).map(([, ref]) => ref.id));
  const texts = await readTexts(db, ids);
  return events.map((event) => {
    const refs = refsOf(event);
    const words = refs.map(([name, ref]) => [name, texts.get(ref.id) ?? null]);
    return {
      seq: event.seq,
      type: event.type,
      at: event.at.toISOString(),
      actor: event.actor,
      data: { ...event.data, ...(Object.fromEntries(words) as object) },
      ...(refs.length > 0 && { refs: Object.fromEntries(refs) }),
      hash: event.hash.toString('hex'),
    };
  });
}
