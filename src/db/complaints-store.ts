import type { ClosureReason, Status } from '../domain/transitions.js';
import type { Db } from './pool.js';

/** Where a complaint stands, and who may see it. */
export interface ComplaintHead {
  id: string;
  number: string;
  version: number;
  status: Status;
  closureReason: ClosureReason | null;
  rejectCode: string | null;
  kind: string | null;
  topic: string | null;
  agencyId: string | null;
  executor: { id: string; name: string } | null;
  coExecutors: string[];
  priority: string;
  level: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NUMBER = /^\d{4}-\d{6,18}$/;

/** Which column a caller's reference names; null when it can be neither an id nor a number. */
export function refColumn(ref: string): 'id' | 'number' | null {
  return UUID.test(ref) ? 'id' : NUMBER.test(ref) ? 'number' : null;
}

/** Finds a complaint by its id or number; null for anything else. */
export async function findHead(db: Db, ref: string): Promise<ComplaintHead | null> {
  const column = refColumn(ref);
  if (column === null) {
    return null;
  }
  const { rows } = await db.query<ComplaintHead>({
    name: `find-head-${column}`,
    text: `select c.id, c.number, c.version, c.status, c.closure_reason as "closureReason",
        c.reject_code as "rejectCode", c.kind, c.topic, c.agency_id as "agencyId",
        case when u.id is not null then jsonb_build_object('id', u.id, 'name', u.name) end as executor,
        c.co_executors as "coExecutors", c.priority, c.level
      from complaints c left join users u on u.id = c.executor_id where c.${column} = $1`,
    values: [ref],
  });
  return rows[0] ?? null;
}

/** The complaint's place in its life, with its row locked against every step until the transaction ends. */
export interface LockedComplaint {
  id: string;
  number: string;
  status: Status;
  closureReason: ClosureReason | null;
  closedAt: Date | null;
  runNo: number;
  finalReplyId: string | null;
}

/** @throws Error for an id that does not exist. */
export async function lockComplaint(db: Db, id: string): Promise<LockedComplaint> {
  const { rows } = await db.query<LockedComplaint>({
    name: 'lock-complaint',
    text: `select id, number, status, closure_reason as "closureReason", closed_at as "closedAt",
        run_no as "runNo", process ->> 'finalReplyId' as "finalReplyId"
      from complaints where id = $1 for update`,
    values: [id],
  });
  if (!rows[0]) {
    throw new Error('no such complaint');
  }
  return rows[0];
}
