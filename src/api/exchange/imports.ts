import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import express from 'express';
import type { Request, RequestHandler, Router } from 'express';
import { z } from 'zod';
import { importProblemQuery, newImport } from '../../contract/imports.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import { listProblems } from '../../db/import-problems.js';
import { findImport, insertImport, type ImportOptions } from '../../db/imports-store.js';
import { isDatabaseAway } from '../../db/pool.js';
import { storageError } from '../../attachments/storage-error.js';
import { AppError, invalid, notFound } from '../../errors.js';
import {
  columnsOf,
  MappingError,
  readMappingText,
  type Mapping,
} from '../../exchange/mapping-file.js';
import { INCIDENT_TABLE } from '../../exchange/rows/field-layout.js';
import { importDigest, importFolder } from '../../exchange/run/import-files.js';
import { TableFileError } from '../../exchange/table/cell.js';
import { openTable } from '../../exchange/table/open-table.js';
import { sniff } from '../../exchange/table/sniff.js';
import { zoneClock } from '../../exchange/values/zone-clock.js';
import { callerOf, permit } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { idempotent, resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { receiveUpload, type Upload } from './receive-upload.js';
import { showImport } from './show-import.js';

/** Up to here a file is opened while its sender waits, so that a wrong one is refused at once. */
const LOOKED_INTO_MAX = 8 * 2 ** 20;
const SHOWN_PROBLEMS = 100;

/** POST /imports, which takes a form: mounted before what reads JSON bodies. */
export function importUploadRoutes(deps: AppDeps, guards: RequestHandler[]): Router {
  const folder = (): Promise<string> => importFolder(deps.config.dataDir);

  async function take(req: Request, res: express.Response): Promise<void> {
    const upload = req.upload as Upload;
    const options = await optionsOf(deps, req.body, await folder());
    await lookInto(upload, options);
    const id = resourceIdOf(req);
    // Under the id's name it is seen by the worker only with its row.
    const path = join(dirname(upload.path), id);
    await rename(upload.path, path);
    try {
      await insertImport(deps.pool, {
        id,
        actor: callerOf(req).actor,
        origin: 'api',
        fileName: upload.fileName,
        digest: importDigest(upload.digest, options),
        bytes: upload.bytes,
        options,
      });
    } catch (error) {
      // No worker will come for it; only of a database that went away nobody knows what it has kept.
      if (!isDatabaseAway(error)) await rm(path, { force: true });
      throw error;
    }
    const row = await findImport(deps.pool, id);
    if (row === null) throw notFound();
    res.setHeader('Location', `${deps.config.publicUrl}/api/v1/imports/${id}`);
    res.status(202).json(showImport(row, [], []));
  }

  return express.Router().post(
    '/imports',
    ...guards,
    permit('importData'),
    ...receiveUpload(folder),
    // A key stands for the form's fields and the file's content.
    (req, _res, next) => {
      req.body = { ...(req.body as object), digest: req.upload?.digest.toString('hex') };
      next();
    },
    idempotent(deps.pool, deps.log, (req) => callerOf(req).actor),
    take,
  );
}

/** Where an import stands, and what was wrong with its rows. */
export function importRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/imports/:id', permit('importData'), async (req, res) => {
    const row = await importOf(deps, req);
    const [errors, warnings] = await Promise.all(
      (['error', 'warning'] as const).map((severity) =>
        listProblems(deps.pool, row.id, severity, undefined, SHOWN_PROBLEMS),
      ),
    );
    res.json(
      showImport(
        row,
        errors?.rows.slice(0, SHOWN_PROBLEMS) ?? [],
        warnings?.rows.slice(0, SHOWN_PROBLEMS) ?? [],
      ),
    );
  });

  router.get('/imports/:id/problems', permit('importData'), async (req, res) => {
    const { cursor, limit, severity } = parse(importProblemQuery, req.query);
    const row = await importOf(deps, req);
    const digest = queryDigest(callerOf(req).actor, `problems ${row.id}`, { severity });
    const after = cursor === undefined ? undefined : decodeCursor(cursor, digest, place);
    const { rows, total } = await listProblems(deps.pool, row.id, severity ?? null, after, limit);
    const page = pageFrom(rows, limit, digest, (last) => ({
      row: last.row,
      severity: last.severity,
      column: last.column,
      reason: last.reason,
    }));
    res.json({ items: page.rows, nextCursor: page.nextCursor, total });
  });

  return router;
}

const place = z.strictObject({
  row: z.int().min(0),
  severity: z.enum(['error', 'warning']),
  column: z.string(),
  reason: z.string(),
});

async function importOf(deps: AppDeps, req: Request) {
  const id = z.uuid().safeParse(req.params.id);
  const row = id.success ? await findImport(deps.pool, id.data) : null;
  if (row === null) throw notFound();
  return row;
}

async function optionsOf(deps: AppDeps, body: unknown, folder: string): Promise<ImportOptions> {
  const { digest, ...fields } = body as Record<string, unknown>;
  void digest;
  const form = parse(newImport, fields);
  const mapping = form.mapping === undefined ? null : await mappingOf(form.mapping, folder);
  const zone = form.zone ?? mapping?.zone ?? (await deps.region.current()).settings.zone;
  try {
    zoneClock(zone);
  } catch {
    throw invalid([{ path: 'zone', message: 'is no time zone such as Europe/Moscow' }]);
  }
  return { zone, dryRun: form.dryRun, mapping };
}

async function mappingOf(text: string, folder: string): Promise<Mapping> {
  try {
    return await readMappingText(text, folder);
  } catch (error) {
    if (!(error instanceof MappingError)) throw storageError(error, 'The store of imports');
    throw invalid(error.message.split('\n').map((message) => ({ path: 'mapping', message })));
  }
}

/** Refuses at once what is no table, or a small one without the columns that are wanted. */
async function lookInto(upload: Upload, { mapping }: ImportOptions): Promise<void> {
  try {
    await sniff(upload.path);
    if (upload.bytes <= LOOKED_INTO_MAX) {
      const wanted = mapping === null ? INCIDENT_TABLE : columnsOf(mapping as Mapping);
      (await openTable(upload.path, dirname(upload.path), wanted)).close();
    }
  } catch (error) {
    if (!(error instanceof TableFileError)) throw storageError(error, 'The store of imports');
    throw error.kind === 'type'
      ? new AppError('unsupported_type', error.message)
      : invalid([{ path: 'file', message: error.message }]);
  }
}
