import type { KeyedCall } from './idempotency-store.js';
import type { Db } from './pool.js';
import type { ChainedEvent, NewText } from './timeline.js';

/** Everything about a new complaint but its number, which the database counts. Instants: epoch ms, world time. */
export interface NewComplaintRow {
  id: string;
  /** Year of receipt in the region's zone: the first part of the number. */
  year: number;
  source: string;
  externalId: string | null;
  /** What an erased complaint of the same message would have as its external id. */
  erasedId: string | null;
  text: NewText;
  authorName: string | null;
  authorHandle: string | null;
  authorContact: string | null;
  personKey: Buffer | null;
  url: string | null;
  address: string | null;
  lat: number | null;
  lon: number | null;
  postedAt: number | null;
  receivedAt: number;
  origin: string;
  visibility: string;
  municipalityGiven: string | null;
  campaign: string | null;
  parentId: string | null;
  trackToken: string;
  createdBy: string;
  /** The first event, chained: seq 1. */
  event: ChainedEvent;
}

// One statement is one transaction and one round trip. A number that a message took which exists already is
// a gap. The last parameters take an Idempotency-Key in the same transaction: when another call has it,
// nothing is inserted at all.
const insertSql = (keyed: boolean): string => `
  with ${
    keyed
      ? `k as (
    insert into idempotency_keys (actor, key, route, request_digest, resource_id, status, locked_until)
    values ($32, $33, $34, $35, $1, 202, now())
    on conflict (actor, key) do nothing returning 1),`
      : ''
  }
  n as (select next_complaint_number($2) as number ${keyed ? 'from k' : ''}
    where not exists (select from complaints where source = $3 and external_id = $31)),
  c as (
    insert into complaints (id, number, source, external_id, text_id, author_name, author_handle,
      author_contact, person_key, url, address, lat, lon, posted_at, received_at, origin, visibility,
      municipality_given, campaign, parent_id, track_token, created_by, event_seq, event_hash)
    select $1, number, $3, $4, $5, $6, $7, $8, $9, $10,
      $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 1, $23
    from n
    on conflict (source, external_id) do nothing returning id, number),
  t as (
    insert into texts (id, complaint_id, kind, key, body)
    select $5, id, 'complaint', $24, $25 from c),
  e as (
    insert into events (complaint_id, seq, type, at, actor, data, hash)
    select id, 1, $26, $27, $28, $29, $23 from c),
  o as (insert into outbox (kind, complaint_id, payload) select 'start', id, $30 from c)
  select number from c`;
const PLAIN = insertSql(false);
const KEYED = insertSql(true);

/** How the relay is asked to begin the first run. */
const FIRST_START = JSON.stringify({ from: 'intake' });

/**
 * Makes a complaint durable: row, text, first event, start and, where one is sent, the idempotency key.
 * @returns its number; null when the key or (source, externalId) is taken already, and then nothing is written
 *   but, for a taken message, the key.
 */
export async function insertComplaint(
  db: Db,
  row: NewComplaintRow,
  call?: KeyedCall,
): Promise<string | null> {
  const { rows } = await db.query<{ number: string }>({
    name: call ? 'insert-complaint-keyed' : 'insert-complaint',
    text: call ? KEYED : PLAIN,
    values: [
      row.id,
      String(row.year),
      row.source,
      row.externalId,
      row.text.id,
      row.authorName,
      row.authorHandle,
      row.authorContact,
      row.personKey,
      row.url,
      row.address,
      row.lat,
      row.lon,
      row.postedAt === null ? null : new Date(row.postedAt),
      new Date(row.receivedAt),
      row.origin,
      row.visibility,
      row.municipalityGiven,
      row.campaign,
      row.parentId,
      row.trackToken,
      row.createdBy,
      row.event.hash,
      row.text.key,
      row.text.body,
      row.event.type,
      new Date(row.event.at),
      row.event.actor,
      JSON.stringify(row.event.data),
      FIRST_START,
      row.erasedId,
      ...(call ? [call.actor, call.key, call.route, call.digest] : []),
    ],
  });
  return rows[0]?.number ?? null;
}

/** What intake answers about a complaint that is there already. */
export interface KnownComplaint {
  id: string;
  number: string;
  status: string;
  trackToken: string;
}

const known = 'select id, number, status, track_token as "trackToken" from complaints';

export async function findByExternalId(
  db: Db,
  source: string,
  externalId: string,
  erased: string | null,
): Promise<KnownComplaint | null> {
  const { rows } = await db.query<KnownComplaint>({
    name: 'find-by-external-id',
    text: `${known} where source = $1 and external_id in ($2, $3)`,
    values: [source, externalId, erased],
  });
  return rows[0] ?? null;
}

export async function findAccepted(db: Db, id: string): Promise<KnownComplaint | null> {
  const { rows } = await db.query<KnownComplaint>({
    name: 'find-accepted',
    text: `${known} where id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}
