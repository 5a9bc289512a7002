import type pg from 'pg';
import { inTransaction, type Db } from './pool.js';

/** A complaint of a person, or one that was named by its number. */
export interface SubjectComplaintRow {
  id: string;
  number: string;
  source: string;
  status: string;
  receivedAt: Date;
  erasedAt: Date | null;
  authorName: string | null;
  authorHandle: string | null;
  authorContact: string | null;
  texts: number;
}

/** A text of somebody else's complaint that the pattern fits. */
export interface MentionRow {
  id: string;
  kind: string;
  complaintId: string;
  number: string;
  body: string;
}

/** How a complaint's author is known. Names, handles and contacts in lower case, ё as е. */
export interface AuthorTerms {
  personKeys: Buffer[];
  names: string[];
  handles: string[];
  contacts: string[];
  /** Ids or numbers; others of the same person are found with them. */
  complaints: string[];
  /** Full names as a pattern of `patternOf`: an author may have written the own name in another order. */
  namePattern: string | null;
}

const fold = (column: string): string => `translate(lower(${column}), 'ё', 'е')`;

const UUID = `'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'`;

/** Of a recursive query `parts (id)` what was made of its complaints; ids at a source are kept for erased ones only. */
const PARTS = `union select c.id from parts p cross join lateral (
         select s.id from complaints s where s.parent_id = p.id
         union all
         select w.id from complaints o join inbox i on i.complaint_id = o.id
           join complaints w on w.source = o.source and w.external_id = 'word:' || i.id
           where o.id = p.id) c`;

/**
 * Complaints of the author, oldest first: also those written under another name or source where the person is known, from
 * the same account, and what was made of one of them (split off, or of a word that came too late to reopen).
 */
export async function findByAuthor(
  pool: pg.Pool,
  author: AuthorTerms,
  limit: number,
): Promise<SubjectComplaintRow[]> {
  const { personKeys, names, handles, contacts, complaints, namePattern } = author;
  return inTransaction(pool, async (db) => {
    await db.query(`set local statement_timeout = '${PASS_LIMIT}'`);
    const { rows } = await db.query<SubjectComplaintRow>(
      `with recursive given as (
       select id, person_key, source, author_handle from complaints
       where id = any(select x::uuid from unnest($5::text[]) x where x ~ ${UUID})
         or number = any($5)
         or person_key = any($1) or ${fold('author_name')} = any($2)
         or lower(author_name) ~ $7
         or ltrim(${fold('author_handle')}, '@') = any($3) or ${fold('author_contact')} = any($4)),
     persons as (
       select id, source, author_handle from given
       union select c.id, c.source, c.author_handle from complaints c join given g on c.person_key = g.person_key),
     same as (
       select id from persons
       union select c.id from complaints c join persons p
         on c.source = p.source and lower(ltrim(c.author_handle, '@')) = lower(ltrim(p.author_handle, '@'))),
     parts as (
       select id from same
       ${PARTS})
     select c.id, c.number, c.source, c.status, c.received_at as "receivedAt", c.erased_at as "erasedAt",
       c.author_name as "authorName", c.author_handle as "authorHandle", c.author_contact as "authorContact",
       (select count(*)::int from texts t where t.complaint_id = c.id and t.body is not null) as texts
     from complaints c where c.id in (select id from parts)
     order by c.received_at, c.id limit $6`,
      [personKeys, names, handles, contacts, complaints, limit, namePattern],
    );
    return rows;
  });
}

/**
 * With the complaints, what was made of them: split off by the desk, or of a citizen's word that came too late to
 * reopen. These hold the same person's words.
 */
export async function withParts(db: Db, ids: string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with recursive parts as (
       select c.id from complaints c where c.id = any($1)
       ${PARTS})
     select id from parts`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** A pass over all texts may take longer than a statement of every day. */
const PASS_LIMIT = '2min';

/** Texts of other complaints that a pattern fits (see src/subjects/terms.ts), newest first. Reads every text. */
export async function findMentions(
  pool: pg.Pool,
  pattern: string,
  except: string[],
  limit: number,
): Promise<MentionRow[]> {
  return inTransaction(pool, async (db) => {
    await db.query(`set local statement_timeout = '${PASS_LIMIT}'`);
    const { rows } = await db.query<MentionRow>(
      `select t.id, t.kind, t.complaint_id as "complaintId", c.number, t.body
       from texts t join complaints c on c.id = t.complaint_id
       where t.body is not null and t.complaint_id <> all($2) and lower(t.body) ~ $1
       order by t.id desc limit $3`,
      [pattern, except, limit],
    );
    return rows;
  });
}

/** How the source knows a complaint. */
export async function readExternalId(
  db: Db,
  id: string,
): Promise<{ source: string; externalId: string | null }> {
  const { rows } = await db.query<{ source: string; externalId: string | null }>(
    'select source, external_id as "externalId" from complaints where id = $1',
    [id],
  );
  return rows[0] ?? { source: '', externalId: null };
}

/** Whether a kept answer, `k`, is about a complaint, `b`. */
const ANSWER_OF = `(k.resource_id = b.id or strpos(k.route, b.number) > 0 or strpos(k.route, b.id::text) > 0
  or strpos(k.body::text, b.number) > 0 or strpos(k.body::text, b.id::text) > 0)`;

/** Forgets answers that were kept for repeated calls about a complaint: they may repeat its words. */
export async function forgetAnswers(db: Db, complaintId: string): Promise<void> {
  await db.query(
    `delete from idempotency_keys k using complaints b where b.id = $1 and ${ANSWER_OF}`,
    [complaintId],
  );
}

/** The texts into which words of a complaint were copied when they were passed on to the one that it was merged into. */
export async function listPassedOn(db: Db, complaintId: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with recursive copies as (
       select i.id, i.text_id from inbox o join inbox i on i.source = 'merged' and i.message_id = o.id::text
       where o.complaint_id = $1
       union select i.id, i.text_id from copies c join inbox i on i.source = 'merged' and i.message_id = c.id::text)
     select text_id as id from copies`,
    [complaintId],
  );
  return rows.map(({ id }) => id);
}

/** A text and the complaint that it lies with, which the caller locks before the text; null when it is gone. */
export async function complaintOfText(db: Db, textId: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    'select complaint_id as id from texts where id = $1 and body is not null',
    [textId],
  );
  return rows[0]?.id ?? null;
}

/**
 * Empties everything about a person that lies with one complaint, whose row the caller has locked. Codes, instants
 * and the timeline stay; `externalId` is what it is known by from now on. @returns false when there was nothing left to empty.
 */
export async function emptyComplaint(
  db: Db,
  id: string,
  at: Date,
  externalId: string | null,
): Promise<boolean> {
  const { rows } = await db.query<{ was: Date | null; texts: number }>(
    `with before as (select id, number, erased_at from complaints where id = $1),
      t as (update texts set body = null, key = null
        where complaint_id = $1 and (body is not null or key is not null) returning 1),
      r as (update replies set text_digest = '' where complaint_id = $1),
      i as (update inbox set message_id = 'erased/' || id where complaint_id = $1),
      p as (update publications set external_ref = null, last_error = null where complaint_id = $1),
      m as (update imported_rows set personal = null, digest = '' where complaint_id = $1),
      x as (delete from exports where request -> 'filter' ? 'q'),
      k as (delete from idempotency_keys k using before b where ${ANSWER_OF}),
      c as (update complaints set author_name = null, author_handle = null, author_contact = null,
          person_key = null, url = null, address = null, lat = null, lon = null, erased_at = $2,
          external_id = $3
        where id = $1)
     select erased_at as was, (select count(*)::int from t) as texts from before`,
    [id, at, externalId],
  );
  const [row] = rows;
  return row !== undefined && (row.was === null || row.texts > 0);
}

/** All that is kept of complaints for the person who wrote them; instants in lists are ISO strings of PostgreSQL. */
export interface SubjectExportRow {
  number: string;
  source: string;
  status: string;
  receivedAt: Date;
  postedAt: Date | null;
  closedAt: Date | null;
  author: { name: string | null; handle: string | null; contact: string | null };
  externalId: string | null;
  url: string | null;
  address: string | null;
  location: { lat: number; lon: number } | null;
  topic: string | null;
  municipality: string | null;
  texts: { kind: string; text: string }[];
  ratings: { rating: number | null; solved: boolean | null; at: string }[];
  attachments: { id: string; mediaType: string; name: string | null }[];
  /** What another system told of the person beside, as its file had it. */
  imported: unknown;
}

/** Complaints with their texts, oldest first. Internal notes are the desk's and not given out. */
export async function readForExport(db: Db, ids: string[]): Promise<SubjectExportRow[]> {
  const { rows } = await db.query<SubjectExportRow>(
    `select c.number, c.source, c.status, c.received_at as "receivedAt", c.posted_at as "postedAt",
       c.closed_at as "closedAt", c.external_id as "externalId", c.url, c.address, c.topic, c.municipality,
       jsonb_build_object('name', c.author_name, 'handle', c.author_handle, 'contact', c.author_contact) as author,
       case when c.lat is not null then jsonb_build_object('lat', c.lat, 'lon', c.lon) end as location,
       coalesce((select jsonb_agg(jsonb_build_object('kind', t.kind, 'text', t.body) order by t.id)
         from texts t where t.complaint_id = c.id and t.body is not null and t.kind <> 'note'), '[]') as texts,
       coalesce((select jsonb_agg(jsonb_build_object('rating', g.rating, 'solved', g.solved, 'at', g.created_at)
           order by g.created_at) from ratings g where g.complaint_id = c.id), '[]') as ratings,
       coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'mediaType', a.media_type, 'name', a.name)
           order by a.created_at) from attachments a
         where a.complaint_id = c.id and a.erased_machine_at is null), '[]') as attachments,
       (select personal from imported_rows m where m.complaint_id = c.id) as imported
     from complaints c where c.id = any($1) order by c.received_at, c.id`,
    [ids],
  );
  return rows;
}

/** Ids by what was given: an id (lower case) or a number. */
export async function resolveComplaints(db: Db, refs: string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; number: string }>(
    `select id, number from complaints where number = any($1)
       or id = any(select x::uuid from unnest($1::text[]) x where x ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')`,
    [refs.map((ref) => ref.toLowerCase())],
  );
  const given = new Set(refs.map((ref) => ref.toLowerCase()));
  return new Map(
    rows.flatMap(({ id, number }) =>
      [id, number].filter((ref) => given.has(ref)).map((ref): [string, string] => [ref, id]),
    ),
  );
}
