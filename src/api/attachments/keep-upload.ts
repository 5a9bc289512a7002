import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { PreparedFile } from '../../attachments/prepare.js';
import { storageError } from '../../attachments/storage-error.js';
import type { UploadedFile } from '../../contract/attachments.js';
import {
  countFromCitizen,
  deleteUnbound,
  findAttachment,
  insertAttachment,
  type AttachmentRow,
  type NewAttachment,
} from '../../db/attachments-store.js';
import { lockComplaint } from '../../db/complaints-store.js';
import { inTransaction, type Db } from '../../db/pool.js';
import { AppError, invalid } from '../../errors.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import type { ReceivedFile } from './receive.js';
import { showUpload } from './show.js';

export interface Uploader {
  /** The attachment's id: a repeated call with it makes nothing anew. */
  id: string;
  /** `key:<id>`, `user:<id>` or `citizen`. */
  actor: string;
  /** Of a citizen, whose upload can go to this complaint alone. */
  complaintId: string | null;
}

/** Files that a citizen may send to one complaint, whether or not a message came with them. */
const FROM_CITIZEN_MAX = 20;

/** @throws AppError `invalid` when the complaint has as many files from its citizen as it takes. */
export async function requireRoom(db: Db, complaintId: string): Promise<void> {
  if ((await countFromCitizen(db, complaintId)) >= FROM_CITIZEN_MAX) {
    const message = `a complaint takes at most ${FROM_CITIZEN_MAX} files from its citizen`;
    throw invalid([{ path: 'file', message }]);
  }
}

/** The row comes first: a crash leaves a row that nobody binds, and the sweep removes it with its file. */
async function store(
  deps: AppDeps,
  { id, actor, complaintId }: Uploader,
  name: string | null,
  prepared: PreparedFile,
): Promise<void> {
  const { mediaType, bytes, width, height, digest, location, path } = prepared;
  const made: NewAttachment = {
    id,
    complaintId,
    mediaType,
    bytes,
    width,
    height,
    name,
    digest,
    key: randomBytes(16),
    location,
    uploadedBy: actor,
    at: worldNow(deps),
  };
  if (complaintId === null) {
    await insertAttachment(deps.pool, made);
  } else {
    // Many at the same moment were all let in before the first of them was counted.
    await inTransaction(deps.pool, async (db) => {
      await lockComplaint(db, complaintId);
      await requireRoom(db, complaintId);
      await insertAttachment(db, made);
    });
  }
  try {
    await deps.files.store.put(id, path);
  } catch (error) {
    await deleteUnbound(deps.pool, id);
    throw error;
  }
}

/** A row of an earlier try under the same key, whose file is there. */
async function earlier(deps: AppDeps, id: string): Promise<AttachmentRow | null> {
  const row = await findAttachment(deps.pool, id);
  const bytes = row && (await deps.files.store.open(id));
  bytes?.destroy();
  return bytes ? row : null;
}

/**
 * Checks, cleans and keeps a received file as an upload that is not bound yet.
 * @throws AppError as `createPrepare`, `storage_full`, or `unavailable`.
 */
export async function keepUpload(
  deps: AppDeps,
  file: ReceivedFile,
  uploader: Uploader,
): Promise<UploadedFile> {
  try {
    if (!(await earlier(deps, uploader.id))) {
      const prepared = await deps.files.prepare(file.path);
      try {
        await store(deps, uploader, file.name, prepared);
      } finally {
        await rm(prepared.path, { force: true });
      }
    }
  } catch (error) {
    throw storageError(error);
  }
  return showKept(deps, uploader.id);
}

/**
 * An upload as it was answered, with a fresh link.
 * @throws AppError `gone` when it was erased, or not bound within a day.
 */
export async function showKept(deps: AppDeps, id: string): Promise<UploadedFile> {
  const row = await findAttachment(deps.pool, id);
  if (!row) {
    throw new AppError('gone', 'The upload has been removed.');
  }
  return showUpload(row, await deps.files.signer());
}
