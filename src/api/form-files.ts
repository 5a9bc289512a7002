import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler } from 'express';
import multer from 'multer';
import { storageError } from '../attachments/storage-error.js';
import { AppError, invalid } from '../errors.js';

/** A file of a form, as it came, on our disk. */
export interface FormFile {
  path: string;
  bytes: number;
  /** sha256 */
  digest: Buffer;
  /** As the sender calls it; may hold anything. */
  givenName: string;
}

export interface FormLimits {
  filesMax: number;
  bytesMax: number;
  /** `bytesMax` as people are told it. */
  megabytes: number;
  /** Text fields beside the files, and the bytes of one. */
  fieldsMax: number;
  fieldBytesMax: number;
}

/** Boundaries and headers of the parts. */
const FRAME_MAX = 64_000;

/**
 * Reads a multipart form whose files stand in the field `file`: each goes to the path it is given while it comes, for the
 * desk's user alone; `req.body` has the other fields. Gives the files to `take`, whose task it is to remove them; of a form
 * that is refused none is left. `store`: what a broken disk is called in the answer.
 * Next error: AppError `unsupported_type`, `too_large`, `bad_request`, `invalid`, `storage_full`, `unavailable`.
 */
export function formFiles(
  limits: FormLimits,
  pathFor: () => Promise<string>,
  store: string,
  take: (files: FormFile[], req: Request, res: Parameters<RequestHandler>[1]) => void,
): RequestHandler {
  const { filesMax, bytesMax, fieldsMax, fieldBytesMax } = limits;
  const read = multer({
    storage: storageIn(pathFor),
    limits: {
      files: filesMax,
      fileSize: bytesMax,
      fields: fieldsMax,
      fieldSize: fieldBytesMax,
      parts: filesMax + fieldsMax,
    },
    // Browsers send names as UTF-8 and do not say so.
    defParamCharset: 'utf8',
  }).array('file');
  return (req, res, next) => {
    requireForm(req, limits);
    read(req, res, (error: unknown) => {
      if (error !== undefined && error !== null) {
        next(formError(error, limits, store));
        return;
      }
      const files = (req.files ?? []) as unknown as (FormFile & { originalname: string })[];
      const kept = files.map(({ path, bytes, digest, originalname }) => ({
        path,
        bytes,
        digest,
        givenName: originalname,
      }));
      take(kept, req, res);
      next(
        kept.some(({ bytes }) => bytes === 0)
          ? invalid([{ path: 'file', message: 'is empty' }])
          : undefined,
      );
    });
  };
}

function storageIn(pathFor: () => Promise<string>): multer.StorageEngine {
  async function write(file: Express.Multer.File) {
    const path = await pathFor();
    // Multer removes by it what a hang-up leaves behind.
    file.path = path;
    const hash = createHash('sha256');
    file.stream.on('data', (chunk: Buffer) => hash.update(chunk));
    const out = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    try {
      await pipeline(file.stream, out);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return { path, bytes: out.bytesWritten, digest: hash.digest() };
  }
  return {
    _handleFile(_req, file, done) {
      write(file).then((written) => {
        done(null, written);
      }, done);
    },
    _removeFile(_req, file, done) {
      rm(file.path, { force: true }).then(() => {
        done(null);
      }, done);
    },
  };
}

const tooLarge = ({ megabytes }: FormLimits): AppError =>
  new AppError('too_large', `The file is larger than ${megabytes} MB.`);

function requireForm(req: Request, limits: FormLimits): void {
  if (!req.is('multipart/form-data')) {
    throw new AppError('unsupported_type', 'The body must be multipart/form-data.');
  }
  const { filesMax, bytesMax, fieldsMax, fieldBytesMax } = limits;
  const announced = Number(req.headers['content-length'] ?? 0);
  if (announced > bytesMax * filesMax + fieldBytesMax * fieldsMax + FRAME_MAX) {
    throw tooLarge(limits);
  }
}

/** What an answer says of a form that could not be read. */
function formError(error: unknown, limits: FormLimits, store: string): unknown {
  if (error instanceof multer.MulterError) {
    switch (error.code) {
      case 'LIMIT_FILE_SIZE':
        return tooLarge(limits);
      case 'LIMIT_FILE_COUNT':
      case 'LIMIT_PART_COUNT':
        return invalid([{ path: 'file', message: `at most ${limits.filesMax} at once` }]);
      case 'LIMIT_UNEXPECTED_FILE':
        return invalid([{ path: 'file', message: 'a file must be in the field file' }]);
      case 'LIMIT_FIELD_VALUE':
        return invalid([{ path: error.field ?? 'file', message: 'is too long' }]);
      default:
        return new AppError('bad_request', 'The form has fields that it must not have.');
    }
  }
  const known = storageError(error, store);
  const isOurs = known !== error || error instanceof AppError;
  // What else comes from reading the form is about the form; a disk's error has a code.
  return isOurs || (error as NodeJS.ErrnoException).code !== undefined
    ? known
    : new AppError('bad_request', 'The body is no multipart form that could be read.');
}
