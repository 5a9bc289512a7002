import type { Readable } from 'node:stream';

/** A file of the store. */
export interface StoredFile {
  id: string;
  /** Machine time, epoch ms. */
  storedAt: number;
}

/**
 * Where the bytes of attachments lie, each under its row's id. Every function may be repeated. They throw what the
 * disk throws; `storageError` makes an answer of it.
 */
export interface AttachmentStore {
  /** A path that nothing has yet, on the store's own disk, for a file that is being made. */
  temporaryPath(): Promise<string>;
  /** Moves a finished file in, so that a crash leaves all of it or nothing. */
  put(id: string, temporaryPath: string): Promise<void>;
  /** The bytes; null when there is no such file. */
  open(id: string): Promise<Readable | null>;
  remove(id: string): Promise<void>;
  /** The files of one of `SHARDS` parts, for looking through all of them bit by bit. */
  list(shard: number): Promise<StoredFile[]>;
  /** Removes what was being made and never finished since before `before` (epoch ms, machine time). */
  removeUnfinished(before: number): Promise<number>;
}

/** So many parts `list` divides the store into. */
export const SHARDS = 256;
