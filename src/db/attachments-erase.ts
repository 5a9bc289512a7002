import type { Db } from './pool.js';

/**
 * Makes tombstones of a complaint's attachments: id, kind, size and instants stay, all that tells of a person goes.
 * The files go by `removeErased`, after the commit. May be repeated, and called in a larger transaction.
 * @returns how many were erased now.
 */
export async function markErased(db: Db, complaintId: string): Promise<number> {
  const { rowCount } = await db.query(
    `update attachments set erased_machine_at = now(), name = null, digest = null, key = null, lat = null, lon = null
     where erased_machine_at is null
       and (complaint_id = $1 or inbox_id in (select id from inbox where complaint_id = $1))`,
    [complaintId],
  );
  return rowCount ?? 0;
}

/** Ids of erased attachments whose files may still be there. */
export async function listToRemove(db: Db, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from attachments where erased_machine_at is not null and stored order by id limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

export async function setRemoved(db: Db, ids: string[]): Promise<void> {
  await db.query('update attachments set stored = false where id = any($1::uuid[])', [ids]);
}

/** Forgets uploads that nobody bound within a day, machine time. @returns their ids, at most `limit`. */
export async function deleteExpired(db: Db, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `delete from attachments where id in (
       select id from attachments
       where bound_at is null and uploaded_machine_at < now() - interval '24 hours'
       order by uploaded_machine_at limit $1 for update skip locked)
     returning id`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** Of some ids those that no row has. */
export async function withoutRow(db: Db, ids: string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select given.id from unnest($1::uuid[]) as given (id)
     where not exists (select from attachments a where a.id = given.id and a.stored)`,
    [ids],
  );
  return rows.map(({ id }) => id);
}
