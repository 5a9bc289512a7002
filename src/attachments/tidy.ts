import { deleteExpired, withoutRow } from '../db/attachments-erase.js';
import type { Db } from '../db/pool.js';
import { removeErased } from './remove-erased.js';
import { SHARDS, type AttachmentStore } from './store.js';

const PAGE = 500;
/** Nobody makes one file for so long. Machine time. */
const UNFINISHED_MS = 3_600_000;
/** A file comes a moment after its row; only an old one without a row is nobody's. */
const SETTLED_MS = 24 * 3_600_000;
/** The sweep comes so often: each time another part of the store is looked through, all of it in two days. */
const TURN_MS = 10 * 60_000;

/** What was removed. */
export interface Tidied {
  expired: number;
  erased: number;
  /** Files that no row knows, as after the database was restored to an earlier moment. */
  orphans: number;
  unfinished: number;
}

async function removeExpired(db: Db, store: AttachmentStore): Promise<number> {
  let removed = 0;
  for (;;) {
    const ids = await deleteExpired(db, PAGE);
    for (const id of ids) {
      await store.remove(id);
    }
    removed += ids.length;
    if (ids.length < PAGE) {
      return removed;
    }
  }
}

/** Removes the files of one part of the store that no row knows. `now`: machine time, epoch ms. */
export async function removeOrphans(
  db: Db,
  store: AttachmentStore,
  shard: number,
  now: number,
): Promise<number> {
  const settled = (await store.list(shard)).filter(({ storedAt }) => storedAt < now - SETTLED_MS);
  const orphans =
    settled.length === 0
      ? []
      : await withoutRow(
          db,
          settled.map(({ id }) => id),
        );
  for (const id of orphans) {
    await store.remove(id);
  }
  return orphans.length;
}

/** Removes uploads that were never bound, files of erased rows, files without a row, and what was never finished. */
export async function tidyAttachments(
  db: Db,
  store: AttachmentStore,
  now: number,
): Promise<Tidied> {
  const shard = Math.floor(now / TURN_MS) % SHARDS;
  return {
    expired: await removeExpired(db, store),
    erased: await removeErased(db, store),
    orphans: await removeOrphans(db, store, shard, now),
    unfinished: await store.removeUnfinished(now - UNFINISHED_MS),
  };
}
