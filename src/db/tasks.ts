import { v7 as uuid } from 'uuid';
import type { Db } from './pool.js';

/** What people have to do by hand, and what they were told. */

export interface TaskRow {
  id: string;
  kind: string;
  complaintId: string;
  number: string;
  reason: string;
  state: 'open' | 'done';
  attempts: number;
  createdAt: Date;
  updatedAt: Date;
  doneBy: string | null;
  /** `createdAt` to the microsecond, for cursors. */
  createdKey: string;
}

const taskColumns = `t.id, t.kind, t.complaint_id as "complaintId", c.number, t.reason, t.state, t.attempts,
  t.created_at as "createdAt", t.updated_at as "updatedAt", t.done_by as "doneBy",
  to_char(t.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdKey"`;

/** Tasks, the oldest first; one more than `limit`. */
export async function listTasks(
  db: Db,
  choice: { state?: string | undefined; kind?: string | undefined },
  after: { at: string; id: string } | undefined,
  limit: number,
): Promise<{ rows: TaskRow[]; total: number }> {
  const where = `($1::text is null or t.state = $1) and ($2::text is null or t.kind = $2)`;
  const { rows } = await db.query<TaskRow & { total: number }>(
    `select ${taskColumns}, (select count(*)::int from tasks t where ${where}) as total
     from tasks t join complaints c on c.id = t.complaint_id
     where ${where} and ($3::timestamptz is null or (t.created_at, t.id) > ($3::timestamptz, $4::uuid))
     order by t.created_at, t.id limit $5`,
    [choice.state ?? null, choice.kind ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  return { rows, total: rows[0]?.total ?? 0 };
}

/** Marks a task as done, once; whoever comes later sees who did it. `at`: world time. @returns null for an unknown one. */
export async function finishTask(
  db: Db,
  id: string,
  actor: string,
  at: Date,
): Promise<TaskRow | null> {
  await db.query(
    `update tasks set state = 'done', done_by = $2, updated_at = $3 where id = $1 and state = 'open'`,
    [id, actor, at],
  );
  const { rows } = await db.query<TaskRow>(
    `select ${taskColumns} from tasks t join complaints c on c.id = t.complaint_id where t.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export interface NotificationRow {
  id: string;
  type: string;
  complaintId: string;
  number: string;
  userId: string | null;
  userName: string | null;
  recipient: string;
  agencyId: string | null;
  data: Record<string, unknown>;
  at: Date;
  readAt: Date | null;
}

/** Notices, the newest first; one more than `limit`. */
export async function listNotifications(
  db: Db,
  choice: {
    user?: string | undefined;
    unread?: boolean | undefined;
    agencies?: string[] | undefined;
  },
  after: string | undefined,
  limit: number,
): Promise<{ rows: NotificationRow[]; total: number }> {
  const where = `($1::uuid is null or n.user_id = $1) and ($2::bool is null or (n.read_at is null) = $2)
    and ($3::uuid[] is null or n.agency_id = any($3))`;
  const { rows } = await db.query<NotificationRow & { total: number }>(
    `select n.id, n.type, n.complaint_id as "complaintId", c.number, n.user_id as "userId", u.name as "userName",
       n.recipient, n.agency_id as "agencyId", n.data, n.at, n.read_at as "readAt",
       (select count(*)::int from notifications n where ${where}) as total
     from notifications n join complaints c on c.id = n.complaint_id left join users u on u.id = n.user_id
     where ${where} and ($4::uuid is null or n.id < $4::uuid)
     order by n.id desc limit $5`,
    [choice.user ?? null, choice.unread ?? null, choice.agencies ?? null, after ?? null, limit + 1],
  );
  return { rows, total: rows[0]?.total ?? 0 };
}

/** Opens an operator's task, or counts one more attempt at the trouble it is about. */
export async function openTask(
  db: Db,
  complaintId: string,
  task: { kind: string; subject: string; reason: string },
  now: number,
): Promise<void> {
  await db.query(
    `insert into tasks (id, kind, complaint_id, subject, reason, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $6)
     on conflict (kind, subject) do update
       set state = 'open', attempts = tasks.attempts + 1, reason = excluded.reason, updated_at = excluded.updated_at`,
    [uuid(), task.kind, complaintId, task.subject, task.reason, new Date(now)],
  );
}
