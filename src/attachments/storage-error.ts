import { AppError, unavailable } from '../errors.js';

const FULL = ['ENOSPC', 'EDQUOT'];
const BROKEN = ['EIO', 'EROFS', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOTDIR', 'EBUSY'];

/** What an answer says of an error of the disk on which `store` lies; any other error comes back as it is. */
export function storageError(error: unknown, store = 'The attachment store'): unknown {
  const code = String((error as NodeJS.ErrnoException | null)?.code);
  if (FULL.includes(code)) {
    return new AppError(
      'storage_full',
      'There is no room for files now; nothing was stored. Try again later.',
      {},
      60,
    );
  }
  return BROKEN.includes(code) ? unavailable(store, 30) : error;
}
