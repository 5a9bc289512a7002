import { pipeline } from 'node:stream/promises';
import express from 'express';
import type { Request, Response, Router } from 'express';
import { newExport, XLSX_ROWS_MAX, type NewExport } from '../../contract/exports.js';
import { countComplaints, findExport, insertExport, markExport } from '../../db/exports-store.js';
import type { ExportRecord } from '../../db/exports-store.js';
import type { ListFilter } from '../../db/list-filter.js';
import type { RegionView } from '../../db/region-store.js';
import { openExport, type OpenExport } from '../../exchange/export/open-export.js';
import { AppError, invalid, notFound, unavailable, type FieldError } from '../../errors.js';
import { callerOf, permit, type Caller } from '../auth.js';
import { contentDisposition } from '../content-disposition.js';
import { worldNow, type AppDeps } from '../deps.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { filterOf } from './complaint-filter.js';
import { fileNameOf, showExport } from './export-shown.js';
import { agenciesOf } from './own-agencies.js';

/** Files are made by the process that answers: more at once would hold up its other callers. */
const AT_ONCE_MAX = 3;
const AT_ONCE_RETRY_S = 20;
const BEAT_MS = 2_000;
/** A reader that takes nothing for so long has gone. */
const STALL_MS = 120_000;

export const MEDIA_TYPES = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8; header=present',
} as const;

/** Exports: asked for, looked at, and fetched as a file that is made while it is sent. */
export function exportRoutes(deps: AppDeps): Router {
  const router = express.Router();
  const running = { count: 0 };

  router.post('/exports', permit('exportComplaints'), async (req, res) => {
    const request = parse(newExport, req.body);
    const caller = callerOf(req);
    const requestedAt = worldNow(deps);
    const view = await deps.region.current();
    const filter = await filterFor(deps, caller, request, requestedAt, view);
    const total = await countComplaints(deps.pool, filter);
    if (request.format === 'xlsx' && total > XLSX_ROWS_MAX) {
      throw invalid([
        {
          path: 'format',
          message: `a sheet takes ${XLSX_ROWS_MAX} rows of ${total}: use csv or narrow the filter`,
        },
      ]);
    }
    const { actor } = caller;
    const id = resourceIdOf(req);
    const kept = await insertExport(deps.pool, { id, actor, request, requestedAt, total });
    const shown = showExport(deps, caller, kept, view);
    res
      .status(202)
      .location(new URL(shown.fileUrl).pathname.replace(/\/file$/, ''))
      .json(shown);
  });

  router.get('/exports/:id', permit('exportComplaints'), async (req, res) => {
    const asked = await findAsked(deps, req);
    const view = await deps.region.current();
    res.vary('Accept');
    const { format } = parse(newExport, asked.request);
    const [type = ''] = MEDIA_TYPES[format].split(';');
    if (req.accepts(['application/json', type]) === type) {
      await send(deps, running, req, res, asked, view);
      return;
    }
    res.json(showExport(deps, callerOf(req), asked, view));
  });

  router.get('/exports/:id/file', permit('exportComplaints'), async (req, res) => {
    const asked = await findAsked(deps, req);
    await send(deps, running, req, res, asked, await deps.region.current());
  });

  return router;
}

async function findAsked(deps: AppDeps, req: Request): Promise<ExportRecord> {
  const asked = await findExport(deps.pool, callerOf(req).actor, String(req.params.id));
  if (asked === undefined) {
    throw notFound();
  }
  return asked;
}

/** @throws AppError `invalid` whose fields lie under `filter`. */
async function filterFor(
  deps: AppDeps,
  caller: Caller,
  { filter: query }: NewExport,
  requestedAt: number,
  view: RegionView,
): Promise<ListFilter> {
  if (caller.role === 'analyst' && query.q !== undefined) {
    // What texts and numbers fit would tell what the texts say.
    throw invalid([{ path: 'filter.q', message: 'an analyst does not search in texts' }]);
  }
  try {
    const filter = await filterOf(deps.pool, view, query, worldNow(deps));
    const own = agenciesOf(caller, view);
    return {
      ...filter,
      scope: own ? { agencies: own } : {},
      receivedBefore: Math.min(filter.receivedBefore ?? Infinity, requestedAt + 1),
    };
  } catch (error) {
    throw error instanceof AppError && Array.isArray(error.extra.fields)
      ? invalid(
          (error.extra.fields as FieldError[]).map((field) => ({
            ...field,
            path: `filter.${field.path}`,
          })),
        )
      : error;
  }
}

/** Sends the file. What breaks before its first byte is a problem document; later the connection is cut off. */
async function send(
  deps: AppDeps,
  running: { count: number },
  req: Request,
  res: Response,
  asked: ExportRecord,
  view: RegionView,
): Promise<void> {
  const caller = callerOf(req);
  const request = parse(newExport, asked.request);
  const requestedAt = asked.requestedAt.getTime();
  const headers = {
    'Content-Type': MEDIA_TYPES[request.format],
    'Content-Disposition': contentDisposition('attachment', fileNameOf(asked, request, view)),
    'Cache-Control': 'private, no-store',
    'Accept-Ranges': 'none',
  };
  if (req.method === 'HEAD') {
    res.set(headers).end();
    return;
  }
  if (running.count >= AT_ONCE_MAX) {
    throw unavailable('A place for one more export', AT_ONCE_RETRY_S);
  }
  running.count += 1;
  try {
    const file = await openExport(deps.pool, {
      request,
      filter: await filterFor(deps, caller, request, requestedAt, view),
      zone: request.zone ?? view.settings.zone,
      region: view,
      personal: caller.role !== 'analyst',
      notes: ['operator', 'curator', 'admin'].includes(caller.role),
      requestedAt,
    });
    res.set(headers);
    await pour(deps, req, res, asked.id, file);
  } finally {
    running.count -= 1;
  }
}

/** Never throws: with the head sent, an error can only cut the connection, so that no half file passes for a whole one. */
async function pour(
  deps: AppDeps,
  req: Request,
  res: Response,
  id: string,
  { stream, total, rows }: OpenExport,
): Promise<void> {
  let marked = Promise.resolve();
  // One after the other, so that a late beat does not hide the end. Progress is for people: that it could not be
  // told breaks no download.
  const mark = (state: 'running' | 'done' | 'broken'): Promise<void> =>
    (marked = marked.then(() =>
      markExport(deps.pool, id, { state, rows: rows(), total }).catch(() => undefined),
    ));
  const facts = () => ({
    requestId: req.requestId,
    actor: callerOf(req).actor,
    export: id,
    rows: rows(),
  });
  const beat = setInterval(() => void mark('running'), BEAT_MS);
  res.setTimeout(STALL_MS, () => res.destroy());
  try {
    await mark('running');
    await pipeline(stream, res);
    deps.log.info(facts(), 'export sent');
    clearInterval(beat);
    await mark('done');
  } catch (error) {
    clearInterval(beat);
    // Of an error of the database only its code is told: a message may quote a value.
    const { code, name } = error as { code?: string; name?: string };
    deps.log.warn({ ...facts(), cause: { code, name } }, 'export broken off');
    await mark('broken');
  }
}
