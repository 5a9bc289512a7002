import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { IMPORT_BYTES_MAX } from '../../exchange/run/import-files.js';
import { invalid } from '../../errors.js';
import { formFiles, type FormFile } from '../form-files.js';

/** A table that came in by a form and lies in a folder of ours. */
export interface Upload extends Omit<FormFile, 'givenName'> {
  fileName: string;
}

declare module 'express-serve-static-core' {
  interface Request {
    upload?: Upload;
  }
}

const FILE_NAME_MAX = 200;

/** What people see of a file's name. */
const shownName = (name: string): string =>
  [...name.replace(/\p{Cc}+/gu, ' ')].slice(0, FILE_NAME_MAX).join('');

/**
 * Takes a form with one file in the part `file` to `req.upload`. It is removed with its request, unless it was moved.
 * Next error: as `formFiles` says; AppError `invalid` without a file.
 */
export function receiveUpload(folder: () => Promise<string>): RequestHandler[] {
  const limits = {
    filesMax: 1,
    bytesMax: IMPORT_BYTES_MAX,
    megabytes: Math.round(IMPORT_BYTES_MAX / 2 ** 20),
    fieldsMax: 10,
    // A mapping file.
    fieldBytesMax: 512 * 1024,
  };
  return [
    formFiles(
      limits,
      async () => join(await folder(), `${crypto.randomUUID()}.upload`),
      'The store of imports',
      ([file], req, res) => {
        if (file === undefined) return;
        const { givenName, ...written } = file;
        req.upload = { ...written, fileName: shownName(givenName) };
        res.once('close', () => void rm(file.path, { force: true }));
      },
    ),
    (req, _res, next) => {
      next(
        req.upload === undefined
          ? invalid([{ path: 'file', message: 'is missing from the form' }])
          : undefined,
      );
    },
  ];
}
