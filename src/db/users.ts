import type pg from 'pg';
import { invalid } from '../errors.js';
import { inTransaction, type Db } from './pool.js';

/** People of the desk, and who stands in for them. */

export interface UserScope {
  topics: string[];
  groups: string[];
  municipalities: string[];
}

export interface UserRow {
  id: string;
  name: string;
  role: string;
  agencyId: string | null;
  scope: Partial<UserScope>;
  email: string | null;
  active: boolean;
  createdAt: Date;
}

const userColumns = `id, name, role, agency_id as "agencyId", scope, email, active, created_at as "createdAt"`;

/** Users by their ids, which go by the time they were made; one more than `limit`. */
export async function listUsers(
  db: Db,
  choice: {
    role?: string | undefined;
    agencies?: string[] | undefined;
    active?: boolean | undefined;
  },
  after: string | undefined,
  limit: number,
): Promise<{ rows: UserRow[]; total: number }> {
  const { rows } = await db.query<UserRow & { total: number }>(
    `select ${userColumns}, total from (
       select *, count(*) over ()::int as total from users
       where ($1::text is null or role = $1) and ($2::uuid[] is null or agency_id = any($2))
         and ($3::bool is null or active = $3)) u
     where $4::uuid is null or id > $4::uuid order by u.id limit $5`,
    [choice.role ?? null, choice.agencies ?? null, choice.active ?? null, after ?? null, limit + 1],
  );
  return { rows, total: rows[0]?.total ?? 0 };
}

export async function findUser(db: Db, id: string): Promise<UserRow | null> {
  const { rows } = await db.query<UserRow>(`select ${userColumns} from users where id = $1`, [id]);
  return rows[0] ?? null;
}

/** Writes a user whole; the same id again changes nothing but what is given. */
export async function saveUser(db: Db, user: UserRow): Promise<void> {
  await db.query(
    `insert into users (id, name, role, agency_id, scope, email, active, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set name = excluded.name, role = excluded.role, agency_id = excluded.agency_id,
       scope = excluded.scope, email = excluded.email, active = excluded.active`,
    [
      user.id,
      user.name,
      user.role,
      user.agencyId,
      JSON.stringify(user.scope),
      user.email,
      user.active,
      user.createdAt,
    ],
  );
}

export interface AbsenceRow {
  id: string;
  user: { id: string; name: string };
  deputy: { id: string; name: string };
  from: Date;
  to: Date;
}

const absenceColumns = `a.id, json_build_object('id', u.id, 'name', u.name) as user,
  json_build_object('id', d.id, 'name', d.name) as deputy, a.starts_at as "from", a.ends_at as "to"`;
const absenceTables = `absences a join users u on u.id = a.user_id join users d on d.id = a.deputy_id`;

/** Absences of one user or of the users of some agencies, in the order they were made; one more than `limit`. */
export async function listAbsences(
  db: Db,
  choice: { user?: string | undefined; agencies?: string[] | undefined },
  after: string | undefined,
  limit: number,
): Promise<{ rows: AbsenceRow[]; total: number }> {
  const { rows } = await db.query<AbsenceRow & { total: number }>(
    `select * from (
       select ${absenceColumns}, count(*) over ()::int as total from ${absenceTables}
       where ($1::uuid is null or a.user_id = $1) and ($2::uuid[] is null or u.agency_id = any($2))) a
     where $3::uuid is null or id > $3::uuid order by a.id limit $4`,
    [choice.user ?? null, choice.agencies ?? null, after ?? null, limit + 1],
  );
  return { rows, total: rows[0]?.total ?? 0 };
}

export async function findAbsence(db: Db, id: string): Promise<AbsenceRow | null> {
  const { rows } = await db.query<AbsenceRow>(
    `select ${absenceColumns} from ${absenceTables} where a.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** Instants: epoch ms, world time; `to` is not part of it. */
export interface NewAbsence {
  id: string;
  user: string;
  deputy: string;
  from: number;
  to: number;
}

/** Two absences that are made at the same moment must not close a circle together. */
const ABSENCES_LOCK = 7_130_422;

/**
 * Records an absence. Deputies may be away themselves, with deputies of their own, but at no instant may the
 * chain come back to its beginning, nor may one person have two deputies.
 * @throws AppError `invalid`.
 */
export async function insertAbsence(pool: pg.Pool, absence: NewAbsence): Promise<void> {
  const { id, user, deputy } = absence;
  const [from, to] = [new Date(absence.from), new Date(absence.to)];
  await inTransaction(pool, async (db) => {
    await db.query('select pg_advisory_xact_lock($1)', [ABSENCES_LOCK]);
    const { rows } = await db.query<{ twice: boolean; circle: boolean }>(
      `with recursive chain as (
         select $1::uuid as person, $3::timestamptz as starts, $4::timestamptz as ends, array[$2::uuid] as path
         union all
         select a.deputy_id, greatest(c.starts, a.starts_at), least(c.ends, a.ends_at), c.path || c.person
         from chain c join absences a on a.user_id = c.person
           and a.starts_at < c.ends and a.ends_at > c.starts and a.id <> $5
         where not c.person = any(c.path))
       select exists (select from chain where person = $2) as circle,
         exists (select from absences
           where user_id = $2 and starts_at < $4 and ends_at > $3 and id <> $5) as twice`,
      [deputy, user, from, to, id],
    );
    if (rows[0]?.circle) {
      throw invalid([
        {
          path: 'deputy',
          message: 'is away too in that time, and the chain of deputies comes back to the user',
        },
      ]);
    }
    if (rows[0]?.twice) {
      throw invalid([{ path: 'from', message: 'the user is away in that time already' }]);
    }
    await db.query(
      `insert into absences (id, user_id, deputy_id, starts_at, ends_at) values ($1, $2, $3, $4, $5)
       on conflict (id) do nothing`,
      [id, user, deputy, from, to],
    );
  });
}

export async function deleteAbsence(db: Db, id: string): Promise<void> {
  await db.query('delete from absences where id = $1', [id]);
}
