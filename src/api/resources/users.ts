import express from 'express';
import type { Router } from 'express';
import { z } from 'zod';
import { newUser, userChange, userListQuery } from '../../contract/resources.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import type { RegionView } from '../../db/region-store.js';
import { findUser, listUsers, saveUser, type UserRow } from '../../db/users.js';
import { invalid, notFound, type FieldError } from '../../errors.js';
import { callerOf, permit, type Caller } from '../auth.js';
import { worldNow, type AppDeps } from '../deps.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { agenciesOf, agencyShown, agencyTree } from './own-agencies.js';

const AGENCY_ROLES = ['coordinator', 'executor', 'head'];

/** People of the desk. An agency sees its own; DELETE makes a person inactive, since complaints name them for ever. */
export function userRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/users', permit('readUsers'), async (req, res) => {
    const { cursor, limit, agency, ...choice } = parse(userListQuery, req.query);
    const view = await deps.region.current();
    const own = agenciesOf(callerOf(req), view);
    const asked = agency === undefined ? undefined : agencyTree(view, agencyId(view, agency));
    const agencies = asked && own ? asked.filter((id) => own.includes(id)) : (asked ?? own);
    const digest = queryDigest(callerOf(req).actor, 'users', { ...choice, agency });
    const after = cursor === undefined ? undefined : decodeCursor(cursor, digest, z.uuid());
    const { rows, total } = await listUsers(deps.pool, { ...choice, agencies }, after, limit);
    const page = pageFrom(rows, limit, digest, (user) => user.id);
    res.json({
      items: page.rows.map((user) => shown(user, view)),
      nextCursor: page.nextCursor,
      total,
    });
  });

  router.post('/users', permit('manageUsers'), async (req, res) => {
    const { agency, scope, ...body } = parse(newUser, req.body);
    const view = await deps.region.current();
    const user: UserRow = {
      ...body,
      id: resourceIdOf(req),
      agencyId: agency === null || agency === undefined ? null : agencyId(view, agency),
      scope: scope ?? {},
      email: body.email ?? null,
      createdAt: new Date(worldNow(deps)),
    };
    requireFitting(user, view);
    await saveUser(deps.pool, user);
    res.setHeader('Location', `${req.baseUrl}/users/${user.id}`);
    res.status(201).json(shown(user, view));
  });

  router.get('/users/:id', permit('readUsers'), async (req, res) => {
    const view = await deps.region.current();
    res.json(shown(await userFor(deps, callerOf(req), view, req.params.id), view));
  });

  router.patch('/users/:id', permit('manageUsers'), async (req, res) => {
    const { agency, ...changes } = parse(userChange, req.body);
    const view = await deps.region.current();
    const before = await userFor(deps, callerOf(req), view, req.params.id);
    const given = Object.fromEntries(
      Object.entries(changes).filter(([, value]) => value !== undefined),
    );
    const user: UserRow = { ...before, ...given };
    if (agency !== undefined) {
      user.agencyId = agency === null ? null : agencyId(view, agency);
    }
    requireFitting(user, view);
    await saveUser(deps.pool, user);
    res.json(shown(user, view));
  });

  router.delete('/users/:id', permit('manageUsers'), async (req, res) => {
    const view = await deps.region.current();
    const user = await userFor(deps, callerOf(req), view, req.params.id);
    await saveUser(deps.pool, { ...user, active: false });
    res.status(204).end();
  });

  return router;
}

/** A user that the caller may see. @throws AppError `not_found`. */
export async function userFor(
  deps: AppDeps,
  caller: Caller,
  view: RegionView,
  ref: unknown,
): Promise<UserRow> {
  const id = z.uuid().safeParse(ref);
  const user = id.success ? await findUser(deps.pool, id.data) : null;
  const own = agenciesOf(caller, view);
  if (user === null || (own && !own.includes(user.agencyId ?? ''))) {
    throw notFound();
  }
  return user;
}

function agencyId(view: RegionView, ref: string): string {
  const agency = view.agencyByRef(ref);
  if (agency === undefined) {
    throw invalid([{ path: 'agency', message: 'is not an agency' }]);
  }
  return agency.id;
}

/** Agency and scope fit the role, and the scope names what the region has. */
function requireFitting(user: UserRow, view: RegionView): void {
  const wrong: FieldError[] = [];
  if (AGENCY_ROLES.includes(user.role) !== (user.agencyId !== null)) {
    wrong.push({
      path: 'agency',
      message: `is needed for ${AGENCY_ROLES.join(', ')}, and for no other role`,
    });
  }
  for (const [member, known] of [
    ['topics', view.topics],
    ['groups', view.topicGroups],
    ['municipalities', view.municipalities],
  ] as const) {
    const codes = user.scope[member] ?? [];
    if (codes.length > 0 && user.role !== 'curator') {
      wrong.push({ path: `scope.${member}`, message: 'is for curators only' });
    }
    codes.forEach((code, i) => {
      if (!known.has(code)) wrong.push({ path: `scope.${member}[${i}]`, message: 'is not known' });
    });
  }
  if (wrong.length > 0) {
    throw invalid(wrong);
  }
}

const shown = (user: UserRow, view: RegionView): object => ({
  id: user.id,
  name: user.name,
  role: user.role,
  agency: agencyShown(view, user.agencyId),
  scope: {
    topics: user.scope.topics ?? [],
    groups: user.scope.groups ?? [],
    municipalities: user.scope.municipalities ?? [],
  },
  email: user.email,
  active: user.active,
  createdAt: user.createdAt.toISOString(),
});
