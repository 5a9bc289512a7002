import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import multer from 'multer';
import { plainFileName } from '../../attachments/file-name.js';
import { storageError } from '../../attachments/storage-error.js';
import { AppError, invalid } from '../../errors.js';
import type { AppDeps } from '../deps.js';

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
/** Boundaries and headers of the parts. */
const FRAME_MAX = 64_000;

const tooLarge = (limit: number): AppError =>
  new AppError('too_large', `The file is larger than ${limit / MEGABYTE} MB.`);

function storageOf(deps: AppDeps): multer.StorageEngine {
  async function keep(file: Express.Multer.File): Promise<ReceivedFile> {
    const path = await deps.files.store.temporaryPath();
    // Multer removes by it what a hang-up leaves behind.
    file.path = path;
    const hash = createHash('sha256');
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        hash.update(chunk);
        done(null, chunk);
      },
    });
    try {
      await pipeline(file.stream, count, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return { path, bytes, digest: hash.digest('hex'), name: plainFileName(file.originalname) };
  }
  return {
    _handleFile(_req, file, done) {
      keep(file).then((kept) => {
        done(null, kept);
      }, done);
    },
    _removeFile(_req, file, done) {
      rm(file.path, { force: true }).then(() => {
        done(null);
      }, done);
    },
  };
}

/** What an answer says of a form that could not be read. */
function formError(error: unknown, { filesMax }: Form, limit: number): unknown {
  if (error instanceof multer.MulterError) {
    switch (error.code) {
      case 'LIMIT_FILE_SIZE':
        return tooLarge(limit);
      case 'LIMIT_FILE_COUNT':
      case 'LIMIT_PART_COUNT':
        return invalid([{ path: 'file', message: `at most ${filesMax} at once` }]);
      case 'LIMIT_UNEXPECTED_FILE':
        return invalid([{ path: 'file', message: 'a file must be in the field file' }]);
      default:
        return new AppError('bad_request', 'The form has fields that it must not have.');
    }
  }
  const known = storageError(error);
  const isOurs = known !== error || error instanceof AppError;
  // What else comes from reading the form is about the form; a disk's error has a code.
  return isOurs || (error as NodeJS.ErrnoException).code !== undefined
    ? known
    : new AppError('bad_request', 'The body is no multipart form that could be read.');
}

function requireForm(req: Request, limit: number, { filesMax }: Form): void {
  if (!req.is('multipart/form-data')) {
    throw new AppError('unsupported_type', 'The body must be multipart/form-data.');
  }
  const announced = Number(req.headers['content-length'] ?? 0);
  if (announced > limit * filesMax + FIELD_MAX + FRAME_MAX) {
    throw tooLarge(limit);
  }
}

/**
 * Reads a multipart form: files, in the field `file`, go to the store's disk as they come, and are removed when the
 * answer is sent, or the caller hangs up. `req.received` has them, `req.body` the other fields.
 * Next error: AppError `unsupported_type`, `too_large`, `bad_request`, `invalid`, `storage_full`, `unavailable`.
 */
export function receiveForm(deps: AppDeps, form: Form): RequestHandler {
  const limit = deps.config.OTKLIK_ATTACHMENT_MB * MEGABYTE;
  const read = multer({
    storage: storageOf(deps),
    limits: {
      files: form.filesMax,
      fileSize: limit,
      fields: form.fieldsMax,
      fieldSize: FIELD_MAX,
      parts: form.filesMax + form.fieldsMax,
    },
    // Browsers send names as UTF-8 and do not say so.
    defParamCharset: 'utf8',
  }).array('file');

  return (req: Request, res: Response, next: NextFunction) => {
    requireForm(req, limit, form);
    read(req, res, (error: unknown) => {
      if (error !== undefined && error !== null) {
        next(formError(error, form, limit));
        return;
      }
      const files = ((req.files ?? []) as unknown as ReceivedFile[]).map(
        ({ path, bytes, digest, name }) => ({ path, bytes, digest, name }),
      );
      req.received = files;
      res.once('close', () => {
        for (const { path } of files) {
          rm(path, { force: true }).catch(() => {
            deps.log.warn({ requestId: req.requestId }, 'a received file could not be removed');
          });
        }
      });
      const empty = files.some(({ bytes }) => bytes === 0);
      next(empty ? invalid([{ path: 'file', message: 'is empty' }]) : undefined);
    });
  };
}
