import { pipeline } from 'node:stream/promises';
import express from 'express';
import type { NextFunction, Request, Response, Router } from 'express';
import { downloadName } from '../../attachments/file-name.js';
import { isMediaType } from '../../attachments/media-types.js';
import { storageError } from '../../attachments/storage-error.js';
import { findAttachment, type AttachmentRow } from '../../db/attachments-store.js';
import { AppError, notFound, unavailable } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import type { Caller } from '../auth.js';
import { visibleComplaint } from '../complaints/access.js';
import { contentDisposition } from '../content-disposition.js';
import type { AppDeps } from '../deps.js';
import { layout } from '../track/page.js';
import { languageOf } from '../track/language.js';
import { WORDS } from '../track/words.js';

/** Nothing in a file may run, load or send, whoever opens it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

async function send(
  deps: AppDeps,
  res: Response,
  row: AttachmentRow,
  cacheControl: string,
): Promise<void> {
  const { id, mediaType, bytes, name } = row;
  if (!isMediaType(mediaType)) {
    throw new Error('an attachment of an unknown media type');
  }
  const content = await deps.files.store.open(id).catch((error: unknown) => {
    throw storageError(error);
  });
  if (!content) {
    deps.log.error({ attachment: id }, 'an attachment has no file in the store');
    throw unavailable('The file', 60);
  }
  // A browser's own viewer of PDFs is no place for a stranger's file: it is saved.
  const how = mediaType === 'application/pdf' ? 'attachment' : 'inline';
  res.status(200).set({
    'Content-Type': mediaType,
    'Content-Length': String(bytes),
    'Content-Disposition': contentDisposition(how, downloadName(name, mediaType)),
    'Content-Security-Policy': POLICY,
    'Cache-Control': cacheControl,
    'X-Robots-Tag': 'noindex',
  });
  if (res.req.method === 'HEAD') {
    content.destroy();
    res.end();
    return;
  }
  // A reader that hangs up in the middle is nobody's mistake.
  await pipeline(content, res).catch(() => res.destroy());
}

/** Who may see the complaint may see it; before it is bound, whoever uploaded it. @throws AppError `not_found`. */
async function requireVisible(deps: AppDeps, caller: Caller, row: AttachmentRow): Promise<void> {
  if (row.boundAt === null || row.complaintId === null) {
    if (row.uploadedBy !== caller.actor) {
      throw notFound();
    }
    return;
  }
  await visibleComplaint(deps, caller, row.complaintId);
}

/** GET /attachments/{id}, for staff with a key: the bytes themselves. */
export function downloadRoutes(deps: AppDeps): Router {
  const router = express.Router();
  router.get('/attachments/:id', permit('readAttachment'), async (req, res) => {
    const row = await findAttachment(deps.pool, String(req.params.id));
    if (!row) {
      throw notFound();
    }
    await requireVisible(deps, callerOf(req), row);
    await send(deps, res, row, 'private, no-store');
  });
  return router;
}

/** GET /files/{id}?expires=…&signature=…: whoever has the link, while it lasts. */
export function linkRoutes(deps: AppDeps): Router {
  const router = express.Router();
  router.get('/files/:id', async (req, res) => {
    const id = String(req.params.id);
    const { expires, signature } = req.query;
    const link = await deps.files.check({ id, expires, signature });
    if (link.is === 'wrong') {
      throw notFound();
    }
    if (link.is === 'expired') {
      throw new AppError('gone', 'This link has expired: open the page that it stood on again.');
    }
    const row = await findAttachment(deps.pool, id);
    if (!row) {
      throw new AppError('gone', 'The file has been erased.');
    }
    await send(deps, res, row, `private, max-age=${Math.floor(link.forMs / 1_000)}`);
  });
  router.use('/files', linkErrors);
  return router;
}

/** Errors of links for people: a sentence on a page, where a program gets a problem document. */
function linkErrors(error: unknown, req: Request, res: Response, next: NextFunction): void {
  const isTold = error instanceof AppError && ['not_found', 'gone'].includes(error.code);
  if (
    !isTold ||
    res.headersSent ||
    req.accepts('application/problem+json', 'text/html') !== 'text/html'
  ) {
    next(error);
    return;
  }
  const language = languageOf(req);
  const { noFile, fileGone } = WORDS[language];
  res
    .status(error.status)
    .type('text/html')
    .send(layout(language, error.code === 'gone' ? fileGone : noFile, ''));
}
