import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { cleanImage } from './clean-image.js';
import type { Location } from './location-hint.js';
import type { MediaType } from './media-types.js';
import { sniffMediaType } from './sniff.js';
import type { AttachmentStore } from './store.js';
import { WorkQueue } from './work-queue.js';

/** A file that may be stored as it lies. */
export interface PreparedFile {
  /** On the store's disk; whoever asked for it moves it in or removes it. */
  path: string;
  mediaType: MediaType;
  bytes: number;
  /** sha256 */
  digest: Buffer;
  width: number | null;
  height: number | null;
  location: Location | null;
}

/** Two pictures at once, each on one thread, leave the other two of Node's four to everything else. */
const PICTURES = { atOnce: 2, waitingMax: 32, waitMaxMs: 30_000 };

async function sha256Of(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest();
}

/**
 * Makes of a received file what may be kept: known by its content, a picture made anew (see `cleanImage`), a PDF as
 * it came. The received file itself is left where it is.
 * @throws AppError `unsupported_type`, `invalid`, or `unavailable` when too many wait.
 */
export function createPrepare(
  store: AttachmentStore,
): (receivedPath: string) => Promise<PreparedFile> {
  const queue = new WorkQueue('The checking of files', PICTURES);

  async function prepare(receivedPath: string): Promise<PreparedFile> {
    const mediaType = await sniffMediaType(receivedPath);
    if (mediaType === 'application/pdf') {
      const { size: bytes } = await stat(receivedPath);
      const digest = await sha256Of(receivedPath);
      return {
        path: receivedPath,
        mediaType,
        bytes,
        digest,
        width: null,
        height: null,
        location: null,
      };
    }
    const { bytes, ...image } = await cleanImage(receivedPath, mediaType);
    const path = await store.temporaryPath();
    try {
      await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    const digest = createHash('sha256').update(bytes).digest();
    return { path, mediaType, bytes: bytes.length, digest, ...image };
  }

  return (receivedPath) => queue.run(() => prepare(receivedPath));
}
