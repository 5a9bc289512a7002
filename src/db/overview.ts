import type { Status } from '../domain/transitions.js';
import type { Db } from './pool.js';

/** How a small desk stands, whole history included: for the terminal of `otklik demo`, not for a desk of years. */
export interface Overview {
  byStatus: Record<string, number>;
  /** Open complaints by level of escalation, 1 and up. */
  byLevel: Record<string, number>;
  received: number;
  /** Open ones of which a running clock has passed its due. */
  overdue: number;
  /** Complaints that were taken up again at least once. */
  reopened: number;
  duplicates: number;
  /** Events `escalated` of all time, at whatever level. */
  escalations: number;
  /** Of complaints with a released reply: mean world ms from receipt to the first one; null while there is none. */
  meanFirstReplyMs: number | null;
  meanRating: number | null;
  openTasks: number;
}

/** Counts everything in one statement. `now`: world time, epoch ms. */
export async function readOverview(db: Db, now: number): Promise<Overview> {
  const { rows } = await db.query<Overview>({
    name: 'overview',
    text: `select
        (select coalesce(json_object_agg(status, n), '{}') from (
          select status, count(*)::int as n from complaints group by status) s) as "byStatus",
        (select coalesce(json_object_agg(level, n), '{}') from (
          select level, count(*)::int as n from complaints
          where status <> 'closed' and level > 0 group by level) l) as "byLevel",
        count(*)::int as received,
        (count(*) filter (where status <> 'closed' and due_at <= $1))::int as overdue,
        (count(*) filter (where (process->'counters'->>'reopenings')::int > 0))::int as reopened,
        (count(*) filter (where closure_reason = 'duplicate'))::int as duplicates,
        (select count(*)::int from events where type = 'escalated') as escalations,
        (avg(extract(epoch from first_replied_at - received_at)) * 1000)::float as "meanFirstReplyMs",
        (select avg(rating)::float from ratings) as "meanRating",
        (select count(*)::int from tasks where state = 'open') as "openTasks"
      from complaints`,
    values: [new Date(now)],
  });
  return rows[0]!;
}

/** A private link worth opening. */
export interface LinkSample {
  status: Status;
  token: string;
}

/** The newest complaint that is closed with an answer, that waits for its author, and that climbed highest. */
export async function readLinkSamples(db: Db): Promise<LinkSample[]> {
  const columns = 'select status, track_token as token, received_at, id from complaints';
  const { rows } = await db.query<LinkSample>({
    name: 'link-samples',
    text: `(${columns} where closure_reason = 'answered' order by closed_at desc limit 1)
      union all (${columns} where status = 'waiting_citizen' order by received_at desc limit 1)
      union all (${columns} where status <> 'closed' and level > 0 order by level desc, received_at limit 1)`,
  });
  return rows.map(({ status, token }) => ({ status, token }));
}
