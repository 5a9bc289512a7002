import express from 'express';
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import { v7 as uuid } from 'uuid';
import { eraseOwnBody, messageBody, ratingBody } from '../../contract/track.js';
import { AppError, type FieldError } from '../../errors.js';
import { citizenFiles } from '../attachments/upload.js';
import type { AppDeps } from '../deps.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { follow } from './follow.js';
import { layout, trackPage, type Notice } from './page.js';
import { languageOf } from './language.js';
import { rate } from './rate.js';
import { WORDS, type Words } from './words.js';
import { eraseOwn, withdraw, writeAgain } from './write.js';

function invalidNotice(error: AppError, w: Words, verb: string | undefined): string {
  const fields = (error.extra.fields ?? []) as FieldError[];
  if (fields.some(({ path }) => path === 'file' || path === 'attachments')) {
    return w.fileWrong;
  }
  return verb === 'rating' ? w.emptyRating : verb === 'erase' ? w.unconfirmed : w.emptyMessage;
}

/** What the page tells a citizen about an error: never a field's or a state's technical name. */
function noticeOf(error: AppError, w: Words, verb: string | undefined, fileMb: number): Notice {
  switch (error.code) {
    case 'invalid':
      return { kind: 'wrong', text: invalidNotice(error, w, verb) };
    case 'unsupported_type':
      return { kind: 'wrong', text: w.fileType };
    case 'too_large':
      return { kind: 'wrong', text: w.fileTooLarge(fileMb) };
    case 'unavailable':
    case 'storage_full':
      return { kind: 'wrong', text: w.later };
    default:
      return { kind: 'wrong', text: w.problem };
  }
}

/** Files that the page's form takes with one message. */
const FILES_AT_ONCE_MAX = 5;

const given = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** /track/{token}: a page for people, by plain forms over the same use cases as the API's. */
export function trackPages(deps: AppDeps): Router {
  const router = express.Router();
  const form = express.urlencoded({ extended: false, limit: '1mb' });

  async function show(req: Request, res: Response, notice?: Notice, draft?: string): Promise<void> {
    const token = String(req.params.token);
    const language = languageOf(req);
    const tracked = await follow(deps, token);
    const { zone } = (await deps.region.current()).settings;
    const path = `/track/${token}`;
    const fileMb = deps.config.OTKLIK_ATTACHMENT_MB;
    const page = { language, zone, path, messageId: uuid(), notice, draft, fileMb };
    res.setHeader('Cache-Control', 'no-store');
    res.setHeader('Content-Language', language);
    res.setHeader('Vary', 'Accept-Language');
    res.type('text/html').send(trackPage(tracked, page));
  }

  const receiveFiles = citizenFiles(deps, FILES_AT_ONCE_MAX);

  /** Does what a form asks for and leads back to the page, so that reloading sends nothing again. */
  const act =
    (
      verb: 'rating' | 'messages' | 'withdraw' | 'erase',
      done: keyof Words['done'],
      work: RequestHandler,
    ) =>
    async (req: Request, res: Response, next: NextFunction): Promise<void> => {
      try {
        await work(req, res, next);
        res.redirect(
          303,
          `/track/${String(req.params.token)}?lang=${languageOf(req)}&done=${done}`,
        );
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'not_found') {
          throw error;
        }
        res.status(error.status);
        const { text } = (req.body ?? {}) as { text?: unknown };
        const { OTKLIK_ATTACHMENT_MB } = deps.config;
        const notice = noticeOf(error, WORDS[languageOf(req)], verb, OTKLIK_ATTACHMENT_MB);
        await show(req, res, notice, given(text));
      }
    };

  router.get('/track/:token', async (req, res) => {
    const { done } = req.query;
    const told = WORDS[languageOf(req)].done;
    const text =
      typeof done === 'string' && Object.hasOwn(told, done) && told[done as keyof typeof told];
    await show(req, res, text ? { kind: 'told', text } : undefined);
  });

  router.post(
    '/track/:token/rating',
    form,
    act('rating', 'rated', async (req) => {
      const { rating, solved, comment } = (req.body ?? {}) as Record<string, unknown>;
      const body = parse(ratingBody, {
        ...(given(rating) !== undefined && { rating: Number(rating) }),
        ...(given(solved) !== undefined && { solved: solved === 'true' }),
        ...(given(comment) !== undefined && { comment }),
      });
      await rate(deps, String(req.params.token), resourceIdOf(req), body);
    }),
  );

  router.post(
    '/track/:token/messages',
    form,
    act('messages', 'written', async (req, res) => {
      const attachments = await receiveFiles(req, res);
      const { text = '', messageId } = (req.body ?? {}) as Record<string, unknown>;
      const body = parse(messageBody, {
        text,
        ...(given(messageId) !== undefined && { messageId }),
        attachments,
      });
      const id = resourceIdOf(req);
      const word = { ...body, id, messageId: body.messageId ?? id };
      await writeAgain(deps, String(req.params.token), word);
    }),
  );

  router.post(
    '/track/:token/withdraw',
    form,
    act('withdraw', 'withdrawn', (req) => withdraw(deps, req, String(req.params.token))),
  );

  router.post(
    '/track/:token/erase',
    form,
    act('erase', 'erased', async (req) => {
      const { confirm } = (req.body ?? {}) as Record<string, unknown>;
      parse(eraseOwnBody, { confirm: confirm === 'true' });
      await eraseOwn(deps, String(req.params.token));
    }),
  );

  return router;
}

/** Errors behind /track as pages: a reader with a mistyped link gets a sentence and not a document. */
export const trackErrors: express.ErrorRequestHandler = (error: unknown, req, res, next) => {
  const isForPeople =
    req.path.startsWith('/track/') && error instanceof AppError && error.code === 'not_found';
  if (!isForPeople || res.headersSent) {
    next(error);
    return;
  }
  const language = languageOf(req);
  res
    .status(404)
    .type('text/html')
    .send(layout(language, WORDS[language].notFound, ''));
};
