import { DiskStore } from '../../attachments/disk-store.js';
import { checkLink, signedPath, type LinkCheck } from '../../attachments/link.js';
import { createPrepare, type PreparedFile } from '../../attachments/prepare.js';
import type { AttachmentStore } from '../../attachments/store.js';
import type { Config } from '../../config.js';
import type { Db } from '../../db/pool.js';
import { secretOf } from '../../db/settings.js';

/** A short signed link to an attachment, as a whole address. */
export type Sign = (id: string) => string;

/** What the API does with files. One object for the life of the process. */
export interface Files {
  store: AttachmentStore;
  /** See `createPrepare`. */
  prepare(receivedPath: string): Promise<PreparedFile>;
  /** Links are signed by the desk's own secret, which is read once. */
  signer(): Promise<Sign>;
  check(link: Parameters<typeof checkLink>[1]): Promise<LinkCheck>;
}

/** Opens the attachment store below the data directory; nothing is made there before the first upload. */
export function openFiles(
  config: Pick<Config, 'dataDir' | 'publicUrl'>,
  db: Db,
  store: AttachmentStore = new DiskStore(config.dataDir),
): Files {
  let secret: string | undefined;
  const known = async (): Promise<string> => (secret ??= await secretOf(db, 'file_links'));
  return {
    store,
    prepare: createPrepare(store),
    async signer() {
      const key = await known();
      return (id) => config.publicUrl + signedPath(key, id, Date.now());
    },
    check: async (link) => checkLink(await known(), link, Date.now()),
  };
}
