import { createHash, createHmac, randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { Db } from './pool.js';

/** What is about to be written to a complaint's timeline; `data` holds ids, codes, instants and digests only. */
export interface NewEvent {
  type: string;
  /** World time, epoch ms. */
  at: number;
  /** 'system', 'citizen', 'key:<id>' or 'user:<id>'. */
  actor: string;
  data: Record<string, unknown>;
}

export interface Head {
  seq: number;
  hash: Buffer;
}

export interface ChainedEvent extends NewEvent {
  seq: number;
  hash: Buffer;
}

export const EMPTY_HEAD: Head = { seq: 0, hash: Buffer.alloc(32) };

/** JSON with sorted keys: the same value has the same bytes whatever jsonb did to its order. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/** sha256 over the hash before and everything the event says. */
export function eventHash(
  complaintId: string,
  before: Buffer,
  seq: number,
  event: NewEvent,
): Buffer {
  return createHash('sha256')
    .update(before)
    .update(canonicalJson([complaintId, seq, event.type, event.at, event.actor, event.data]))
    .digest();
}

/** Numbers and chains events after a head. Does not write. */
export function chain(complaintId: string, head: Head, events: NewEvent[]): ChainedEvent[] {
  let { seq, hash } = head;
  return events.map((event) => {
    seq += 1;
    hash = eventHash(complaintId, hash, seq, event);
    return { ...event, seq, hash };
  });
}

/** Inserts chained events in one statement; the caller moves the complaint's head in the same transaction. */
export async function insertEvents(
  db: Db,
  complaintId: string,
  events: ChainedEvent[],
): Promise<void> {
  if (events.length === 0) {
    return;
  }
  await db.query({
    name: 'insert-events',
    text: `insert into events (complaint_id, seq, type, at, actor, data, hash)
      select $1, e.seq, e.type, e.at, e.actor, e.data::jsonb, e.hash
      from unnest($2::int[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::bytea[])
        as e (seq, type, at, actor, data, hash)`,
    values: [
      complaintId,
      events.map((e) => e.seq),
      events.map((e) => e.type),
      events.map((e) => new Date(e.at)),
      events.map((e) => e.actor),
      events.map((e) => JSON.stringify(e.data)),
      events.map((e) => e.hash),
    ],
  });
}

/**
 * For writers beside the workflow (notes, attachments, ratings): locks the complaint's row, appends
 * and moves the head. The version does not move.
 */
export async function appendEvents(
  db: Db,
  complaintId: string,
  events: NewEvent[],
): Promise<ChainedEvent[]> {
  const { rows } = await db.query<{ event_seq: number; event_hash: Buffer }>(
    'select event_seq, event_hash from complaints where id = $1 for update',
    [complaintId],
  );
  const row = rows[0];
  if (!row) {
    throw new Error('no such complaint');
  }
  const chained = chain(complaintId, { seq: row.event_seq, hash: row.event_hash }, events);
  const last = chained.at(-1);
  if (last) {
    await insertEvents(db, complaintId, chained);
    await db.query('update complaints set event_seq = $2, event_hash = $3 where id = $1', [
      complaintId,
      last.seq,
      last.hash,
    ]);
  }
  return chained;
}

export type TextKind = 'complaint' | 'word' | 'reply' | 'question' | 'reason' | 'note' | 'comment';

export interface NewText {
  id: string;
  kind: TextKind;
  key: Buffer;
  body: string;
  /** What an event may say of the text: its id and its digest under its own key. */
  ref: { id: string; digest: string };
}

/** Prepares a free text for `texts`; a known `id` makes a repeated call write the same row. */
export function newText(kind: TextKind, body: string, id: string = uuid()): NewText {
  const key = randomBytes(16);
  return { id, kind, key, body, ref: { id, digest: textDigest(key, body) } };
}

/** HMAC-SHA256 under the text's own key, base64url: nothing can be guessed from it once the key is erased. */
export function textDigest(key: Buffer, body: string): string {
  return createHmac('sha256', key).update(body).digest('base64url');
}

/** How an event names a stored text; an erased one has neither key nor words left. */
export const textRef = (text: { text_id: string; key: Buffer | null; body: string | null }) => ({
  id: text.text_id,
  digest: textDigest(text.key ?? Buffer.alloc(0), text.body ?? ''),
});

export async function insertText(db: Db, complaintId: string, text: NewText): Promise<void> {
  await db.query({
    name: 'insert-text',
    text: `insert into texts (id, complaint_id, kind, key, body) values ($1, $2, $3, $4, $5)
      on conflict (id) do nothing`,
    values: [text.id, complaintId, text.kind, text.key, text.body],
  });
}
