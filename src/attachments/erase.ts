import { listToRemove, markErased, setRemoved } from '../db/attachments-erase.js';
import type { Db } from '../db/pool.js';
import type { AttachmentStore } from './store.js';

const PAGE = 200;

/**
 * Removes the files of erased attachments. After a crash, or a fault of the disk, the next call goes on.
 * @returns how many files were removed. @throws what the disk throws.
 */
export async function removeErased(db: Db, store: AttachmentStore): Promise<number> {
  let removed = 0;
  for (;;) {
    const ids = await listToRemove(db, PAGE);
    for (const id of ids) {
      await store.remove(id);
    }
    await setRemoved(db, ids);
    removed += ids.length;
    if (ids.length < PAGE) {
      return removed;
    }
  }
}

/**
 * Erases a complaint's attachments, those that came with its words included: rows become tombstones, files go. Not
 * for use inside of a transaction, since a file does not come back when that one rolls back: there call `markErased`,
 * and `removeErased` after the commit; the sweep does it too.
 * @returns how many were erased now.
 */
export async function eraseAttachments(
  db: Db,
  store: AttachmentStore,
  complaintId: string,
): Promise<number> {
  const erased = await markErased(db, complaintId);
  await removeErased(db, store);
  return erased;
}
