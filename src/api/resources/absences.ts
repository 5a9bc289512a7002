import express from 'express';
import type { Router } from 'express';
import { z } from 'zod';
import { absenceListQuery, newAbsence } from '../../contract/resources.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import {
  deleteAbsence,
  findAbsence,
  findUser,
  insertAbsence,
  listAbsences,
  type AbsenceRow,
  type UserRow,
} from '../../db/users.js';
import { invalid, notFound, type FieldError } from '../../errors.js';
import { callerOf, permit, type Caller } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { agenciesOf } from './own-agencies.js';
import { userFor } from './users.js';

/** Who is away and who stands in. An agency sees and keeps its own. */
export function absenceRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/absences', permit('readAbsences'), async (req, res) => {
    const { cursor, limit, user } = parse(absenceListQuery, req.query);
    const agencies = agenciesOf(callerOf(req), await deps.region.current());
    const digest = queryDigest(callerOf(req).actor, 'absences', { user });
    const after = cursor === undefined ? undefined : decodeCursor(cursor, digest, z.uuid());
    const { rows, total } = await listAbsences(deps.pool, { user, agencies }, after, limit);
    const page = pageFrom(rows, limit, digest, (absence) => absence.id);
    res.json({ items: page.rows.map(shown), nextCursor: page.nextCursor, total });
  });

  router.post('/absences', permit('manageAbsences'), async (req, res) => {
    const absence = parse(newAbsence, req.body);
    const own = agenciesOf(callerOf(req), await deps.region.current());
    const wrong: FieldError[] = [];
    for (const path of ['user', 'deputy'] as const) {
      if (!isKnown(await findUser(deps.pool, absence[path]), own)) {
        wrong.push({ path, message: 'is not an active user of yours' });
      }
    }
    if (wrong.length > 0) {
      throw invalid(wrong);
    }
    const id = resourceIdOf(req);
    await insertAbsence(deps.pool, { id, ...absence });
    res.setHeader('Location', `${req.baseUrl}/absences/${id}`);
    res.status(201).json(shown(await absenceFor(deps, callerOf(req), id)));
  });

  router.get('/absences/:id', permit('readAbsences'), async (req, res) => {
    res.json(shown(await absenceFor(deps, callerOf(req), req.params.id)));
  });

  router.delete('/absences/:id', permit('manageAbsences'), async (req, res) => {
    const absence = await absenceFor(deps, callerOf(req), req.params.id);
    await deleteAbsence(deps.pool, absence.id);
    res.status(204).end();
  });

  return router;
}

const isKnown = (user: UserRow | null, own: string[] | undefined): boolean =>
  user?.active === true && (own === undefined || own.includes(user.agencyId ?? ''));

/** @throws AppError `not_found` for an unknown one and for somebody else's. */
async function absenceFor(deps: AppDeps, caller: Caller, ref: unknown): Promise<AbsenceRow> {
  const id = z.uuid().safeParse(ref);
  const absence = id.success ? await findAbsence(deps.pool, id.data) : null;
  if (absence === null) {
    throw notFound();
  }
  await userFor(deps, caller, await deps.region.current(), absence.user.id);
  return absence;
}

const shown = (absence: AbsenceRow): object => ({
  id: absence.id,
  user: absence.user,
  deputy: absence.deputy,
  from: absence.from.toISOString(),
  to: absence.to.toISOString(),
});
