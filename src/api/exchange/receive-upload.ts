import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { AppError, invalid } from '../../errors.js';

/** A file that came in by a form and lies in a folder of ours. */
export interface Upload {
  path: string;
  fileName: string;
  bytes: number;
  /** sha256. */
  digest: Buffer;
}

declare module 'express-serve-static-core' {
  interface Request {
    upload?: Upload;
  }
}

/** What people see of a file's name. */
const shownName = (name: string): string =>
  [...name.replace(/\p{Cc}+/gu, ' ')].slice(0, 200).join('');

/** Writes the file for the desk's user alone, and works out its digest on the way. */
function storage(folder: () => Promise<string>, nameFor: (req: Request) => string): StorageEngine {
  return {
    _handleFile(req, file, done) {
      void (async () => {
        const path = join(await folder(), nameFor(req));
        const hash = createHash('sha256');
        file.stream.on('data', (chunk: Buffer) => hash.update(chunk));
        const out = createWriteStream(path, { mode: 0o600 });
        try {
          await pipeline(file.stream, out);
        } catch (error) {
          await rm(path, { force: true });
          throw error;
        }
        req.upload = {
          path,
          // Browsers send names in UTF-8, which the parser takes for latin1.
          fileName: shownName(Buffer.from(file.originalname, 'latin1').toString()),
          bytes: out.bytesWritten,
          digest: hash.digest(),
        };
        return { path, size: out.bytesWritten };
      })().then(
        (info) => {
          done(null, info);
        },
        (error: unknown) => {
          done(error);
        },
      );
    },
    _removeFile(_req, file, done) {
      rm(file.path, { force: true }).then(() => {
        done(null);
      }, done);
    },
  };
}

/**
 * Takes a form with one file in the part `file`: 415 for what is no form, 413 above the limit, 422 without a file, 503
 * for a full disk. The file of a request that is refused afterwards is removed by the caller.
 */
export function receiveUpload(options: {
  folder: () => Promise<string>;
  nameFor: (req: Request) => string;
  bytesMax: number;
}): RequestHandler {
  const form = multer({
    storage: storage(options.folder, options.nameFor),
    limits: { fileSize: options.bytesMax, files: 1, fields: 10, fieldSize: 512 * 1024, parts: 20 },
  }).single('file');
  return (req, res, next) => {
    if (!req.is('multipart/form-data')) {
      throw new AppError('unsupported_type', 'The body must be multipart/form-data.');
    }
    form(req, res, (error: unknown) => {
      if (error === undefined || error === null) {
        next(req.upload === undefined ? noFile() : undefined);
        return;
      }
      if (req.upload !== undefined) void rm(req.upload.path, { force: true });
      next(errorOf(error, options.bytesMax));
    });
  };
}

const noFile = (): AppError => invalid([{ path: 'file', message: 'is missing from the form' }]);

function errorOf(error: unknown, bytesMax: number): unknown {
  if (error instanceof MulterError) {
    return error.code === 'LIMIT_FILE_SIZE'
      ? new AppError('too_large', `The file is larger than ${Math.round(bytesMax / 2 ** 20)} MB.`)
      : invalid([{ path: error.field ?? 'file', message: error.message }]);
  }
  return error instanceof Error && /multipart|boundary|form/i.test(error.message)
    ? new AppError('bad_request', 'The form could not be read.')
    : diskError(error);
}

/** 503 for a full disk of the data directory; any other error as it is. */
export const diskError = (error: unknown): unknown =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
    ? new AppError('unavailable', 'The disk for uploaded files is full.', {}, 60)
    : error;
