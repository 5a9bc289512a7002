import express from 'express';
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import { v7 as uuid } from 'uuid';
import { eraseOwnBody, messageBody, ratingBody } from '../../contract/track.js';
import { AppError } from '../../errors.js';
import type { AppDeps } from '../deps.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { follow } from './follow.js';
import { layout, trackPage, type Notice } from './page.js';
import { rate } from './rate.js';
import { WORDS, type Language, type Words } from './words.js';
import { eraseOwn, withdraw, writeAgain } from './write.js';

/** `?lang=` if it is given, else what the browser asks for; Russian when neither says. */
function languageOf(req: Request): Language {
  const asked = req.query.lang;
  return asked === 'en' || asked === 'ru'
    ? asked
    : req.acceptsLanguages('ru', 'en') === 'en'
      ? 'en'
      : 'ru';
}

/** What the page tells a citizen about an error: never a field's or a state's technical name. */
function noticeOf(error: AppError, w: Words, verb: string | undefined): Notice {
  switch (error.code) {
    case 'invalid':
      return {
        kind: 'wrong',
        text: verb === 'rating' ? w.emptyRating : verb === 'erase' ? w.unconfirmed : w.emptyMessage,
      };
    case 'unavailable':
      return { kind: 'wrong', text: w.later };
    default:
      return { kind: 'wrong', text: w.problem };
  }
}

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
    const page = { language, zone, path, messageId: uuid(), notice, draft };
    res.setHeader('Cache-Control', 'no-store');
    res.setHeader('Content-Language', language);
    res.setHeader('Vary', 'Accept-Language');
    res.type('text/html').send(trackPage(tracked, page));
  }

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
        await show(req, res, noticeOf(error, WORDS[languageOf(req)], verb), given(text));
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
    act('messages', 'written', async (req) => {
      const { text, messageId } = parse(messageBody, req.body ?? {});
      const id = resourceIdOf(req);
      await writeAgain(deps, String(req.params.token), { id, messageId: messageId ?? id, text });
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
