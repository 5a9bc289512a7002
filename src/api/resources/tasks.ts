import express from 'express';
import type { Router } from 'express';
import { z } from 'zod';
import { notificationListQuery, taskListQuery } from '../../contract/resources.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import { finishTask, listNotifications, listTasks, type TaskRow } from '../../db/tasks.js';
import { notFound } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import { worldNow, type AppDeps } from '../deps.js';
import { parse } from '../problem.js';
import { agenciesOf, agencyShown } from './own-agencies.js';

const place = z.strictObject({
  at: z.string().regex(/^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  id: z.uuid(),
});

/** What waits for a person's hand. */
export function taskRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/tasks', permit('readTasks'), async (req, res) => {
    const { cursor, limit, ...choice } = parse(taskListQuery, req.query);
    const digest = queryDigest(callerOf(req).actor, 'tasks', choice);
    const after = cursor === undefined ? undefined : decodeCursor(cursor, digest, place);
    const { rows, total } = await listTasks(deps.pool, choice, after, limit);
    const page = pageFrom(rows, limit, digest, (task) => ({ at: task.createdKey, id: task.id }));
    res.json({ items: page.rows.map(shown), nextCursor: page.nextCursor, total });
  });

  router.post('/tasks/:id/done', permit('workTasks'), async (req, res) => {
    const id = z.uuid().safeParse(req.params.id);
    parse(z.strictObject({}), req.body);
    const task = id.success
      ? await finishTask(deps.pool, id.data, callerOf(req).actor, new Date(worldNow(deps)))
      : null;
    if (task === null) {
      throw notFound();
    }
    res.json(shown(task));
  });

  return router;
}

/** What people were told: an agency sees what went to its own. */
export function notificationRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/notifications', permit('readNotifications'), async (req, res) => {
    const { cursor, limit, ...choice } = parse(notificationListQuery, req.query);
    const view = await deps.region.current();
    const agencies = agenciesOf(callerOf(req), view);
    const digest = queryDigest(callerOf(req).actor, 'notifications', choice);
    const after = cursor === undefined ? undefined : decodeCursor(cursor, digest, z.uuid());
    const { rows, total } = await listNotifications(
      deps.pool,
      { ...choice, agencies },
      after,
      limit,
    );
    const page = pageFrom(rows, limit, digest, (notice) => notice.id);
    const items = page.rows.map((notice) => ({
      id: notice.id,
      type: notice.type,
      complaint: { id: notice.complaintId, number: notice.number },
      user: notice.userId === null ? null : { id: notice.userId, name: notice.userName ?? '' },
      recipient: notice.recipient,
      agency: agencyShown(view, notice.agencyId),
      data: notice.data,
      at: notice.at.toISOString(),
      readAt: notice.readAt?.toISOString() ?? null,
    }));
    res.json({ items, nextCursor: page.nextCursor, total });
  });

  return router;
}

const shown = (task: TaskRow): object => ({
  id: task.id,
  kind: task.kind,
  complaint: { id: task.complaintId, number: task.number },
  reason: task.reason,
  state: task.state,
  attempts: task.attempts,
  createdAt: task.createdAt.toISOString(),
  updatedAt: task.updatedAt.toISOString(),
  doneBy: task.doneBy,
});
