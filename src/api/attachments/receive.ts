import { rm } from 'node:fs/promises';
import type { RequestHandler } from 'express';
import { plainFileName } from '../../attachments/file-name.js';
import type { AppDeps } from '../deps.js';
import { formFiles } from '../form-files.js';

/** A file as it came in, on the store's disk until the answer is sent. */
export interface ReceivedFile {
  path: string;
  bytes: number;
  /** sha256, hex */
  digest: string;
  /** The person's own name for it. */
  name: string | null;
}

declare module 'express-serve-static-core' {
  interface Request {
    received?: ReceivedFile[];
  }
}

export interface Form {
  filesMax: number;
  /** Text fields beside the files. */
  fieldsMax: number;
}

const MEGABYTE = 1_000_000;
/** A further message by the page's form has at most 20,000 characters. */
const FIELD_MAX = 100_000;

/**
 * Reads a form of photos and other files, which lie on the store's disk until the answer is sent or the caller hangs up.
 * `req.received` has them, `req.body` the other fields.
 * Next error: as `formFiles` says.
 */
export function receiveForm(deps: AppDeps, form: Form): RequestHandler {
  const megabytes = deps.config.OTKLIK_ATTACHMENT_MB;
  return formFiles(
    { ...form, megabytes, bytesMax: megabytes * MEGABYTE, fieldBytesMax: FIELD_MAX },
    () => deps.files.store.temporaryPath(),
    'The attachment store',
    (files, req, res) => {
      req.received = files.map(({ path, bytes, digest, givenName }) => ({
        path,
        bytes,
        digest: digest.toString('hex'),
        name: plainFileName(givenName),
      }));
      res.once('close', () => {
        for (const { path } of files) {
          rm(path, { force: true }).catch(() => {
            deps.log.warn({ requestId: req.requestId }, 'a received file could not be removed');
          });
        }
      });
    },
  );
}
