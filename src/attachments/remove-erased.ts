import { listToRemove, setRemoved } from '../db/attachments-erase.js';
import type { Db } from '../db/pool.js';
import type { AttachmentStore } from './store.js';

const PAGE = 200;

/**
 * Removes the files of attachments that `markErased` made tombstones. Call it after that one's commit: a file does
 * not come back when a transaction rolls back. After a crash, or a fault of the disk, the next call goes on.
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
