import { v7 as uuid } from 'uuid';
import { calendarOf } from '../triage/calendar-of.js';
import type { Recipient } from '../domain/process.js';
import { machineDelay, toWorld } from '../domain/world-clock.js';
import type { Db } from '../db/pool.js';
import type { Dispatcher } from './relay.js';

interface Notice {
  type: string;
  /** `mentioned`: the users named. */
  recipient: Recipient | 'mentioned';
  users?: string[];
  agencyId: string | null;
  subject: string;
  urgent: boolean;
  at: number;
  data: Record<string, unknown>;
}

/**
 * Tells people of the desk, in their working hours unless it is urgent; each once. What a complaint that has been
 * closed meanwhile asked of them is asked no more.
 */
export const tellPeople: Dispatcher = async (row, deps) => {
  const notice = row.payload as unknown as Notice;
  const now = toWorld(deps.clock, Date.now());
  if (!notice.urgent) {
    const region = await deps.region.current();
    const calendar = calendarOf(
      region,
      (notice.agencyId && region.agencies.get(notice.agencyId)?.calendar) || null,
    );
    const opening = calendar.nextWorking(now);
    if (opening > now) {
      return { againInMs: Math.min(3_600_000, machineDelay(deps.clock, now, opening)) };
    }
  }
  const people = await peopleOf(deps.pool, notice, row.complaint_id, now);
  const told = people.length > 0 ? people : notice.recipient === 'mentioned' ? [] : [null];
  await deps.pool.query({
    name: 'notify',
    text: `insert into notifications (id, complaint_id, user_id, recipient, agency_id, type, data, subject, at)
      select n.id, $1, n.user_id, $2, $3, $4, $5, n.subject, $6
      from unnest($7::uuid[], $8::uuid[], $9::text[]) as n (id, user_id, subject)
      join complaints c on c.id = $1 and (c.status <> 'closed' or $2 = 'mentioned')
      on conflict (subject) do nothing`,
    values: [
      row.complaint_id,
      notice.recipient,
      notice.agencyId,
      notice.type,
      JSON.stringify(notice.data),
      new Date(now),
      told.map(() => uuid()),
      told,
      told.map((userId) => `${row.complaint_id}/${notice.subject}/${userId ?? notice.recipient}`),
    ],
  });
  return 'done';
};

/** The users a notice is for, each absent one replaced by the deputy on duty. */
async function peopleOf(
  db: Db,
  notice: Notice,
  complaintId: string,
  now: number,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'people-to-tell',
    text: `with recursive addressed as (
        select u.id from users u, complaints c
        where c.id = $1 and u.active and case $2
          when 'operators' then u.role = 'operator'
          when 'coordinator' then u.role = 'coordinator' and u.agency_id = $3
          when 'co_executor' then u.role = 'coordinator' and u.agency_id = $3
          when 'head' then u.role = 'head' and u.agency_id = $3
          when 'executor' then u.id = c.executor_id
          when 'approver' then (u.role = 'head' and u.agency_id = $3) or (u.role = 'curator' and in_scope(u.scope, c))
          when 'curator' then u.role = 'curator' and in_scope(u.scope, c)
          when 'mentioned' then u.id = any($5)
          when 'governors_office' then u.scope ->> 'governorsOffice' = 'true'
          else false end),
      on_duty as (
        select a.id, a.id as for_id, array[a.id] as seen from addressed a
        union all
        select x.deputy_id, d.for_id, d.seen || x.deputy_id
        from on_duty d join absences x on x.user_id = d.id and x.starts_at <= $4 and x.ends_at > $4
        where not x.deputy_id = any(d.seen))
      select distinct on (for_id) id from on_duty order by for_id, cardinality(seen) desc`,
    values: [complaintId, notice.recipient, notice.agencyId, new Date(now), notice.users ?? []],
  });
  return [...new Set(rows.map((row) => row.id))];
}
