import express from 'express';
import type { Router } from 'express';
import { z } from 'zod';
import { newKey, plainListQuery } from '../../contract/resources.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import { insertKey, makeKey, revokeKey, type KeyRow } from '../../db/keys-store.js';
import { listKeys } from '../../db/keys-list.js';
import type { RegionView } from '../../db/region-store.js';
import { AppError, invalid, notFound } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { keepInstead, resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { agencyShown } from './own-agencies.js';

/** API keys: made (and shown once), listed without their secret, revoked. */
export function keyRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/keys', permit('manageKeys'), async (req, res) => {
    const { cursor, limit } = parse(plainListQuery, req.query);
    const digest = queryDigest(callerOf(req).actor, 'keys', {});
    const after = cursor === undefined ? undefined : decodeCursor(cursor, digest, z.uuid());
    const { rows, total } = await listKeys(deps.pool, after, limit);
    const page = pageFrom(rows, limit, digest, (key) => key.id);
    const view = await deps.region.current();
    res.json({
      items: page.rows.map((key) => shown(key, view)),
      nextCursor: page.nextCursor,
      total,
    });
  });

  router.post('/keys', permit('manageKeys'), async (req, res) => {
    const { role, agency: ref, label } = parse(newKey, req.body);
    const agency = ref === undefined ? undefined : (await deps.region.current()).agencyByRef(ref);
    if (ref !== undefined && agency === undefined) {
      throw invalid([{ path: 'agency', message: 'is not an agency' }]);
    }
    const key = makeKey();
    const id = resourceIdOf(req);
    const row = await insertKey(deps.pool, {
      id,
      key,
      role,
      agencyId: agency?.id ?? null,
      label,
    }).catch((error: unknown) => {
      throw isSameId(error) ? madeBefore(id) : error;
    });
    const answer = { id: row.id, prefix: row.prefix, role: row.role, label: row.label };
    // A kept answer must not keep the secret.
    keepInstead(res, answer);
    res.status(201).json({ ...answer, key });
  });

  router.delete('/keys/:id', permit('manageKeys'), async (req, res) => {
    const id = z.uuid().safeParse(req.params.id);
    const key = id.success ? await revokeKey(deps.pool, id.data) : null;
    if (key === null) {
      throw notFound();
    }
    res.status(204).end();
  });

  return router;
}

const isSameId = (error: unknown): boolean =>
  (error as { constraint?: string } | null)?.constraint === 'api_keys_pkey';

const madeBefore = (id: string): AppError =>
  new AppError(
    'conflict',
    `The key ${id} was made by an earlier try whose answer was lost: revoke it and make another.`,
  );

const shown = (key: KeyRow, view: RegionView): object => ({
  id: key.id,
  prefix: key.prefix,
  role: key.role,
  agency: agencyShown(view, key.agencyId),
  label: key.label,
  createdAt: key.createdAt.toISOString(),
  revokedAt: key.revokedAt?.toISOString() ?? null,
});
