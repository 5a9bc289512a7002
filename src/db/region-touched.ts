import type { Db } from './pool.js';
import type { NewVersion, StoredItem } from './region-plan.js';
import type { RegionKind } from './region-store.js';

const NUMBERS_MAX = 5;

/** Why an open complaint is touched by a load. */
export type TouchReason = keyof typeof WHAT_FOLLOWS;

/** Open complaints that a change of the region touches for one reason. */
export interface Touched {
  reason: TouchReason;
  count: number;
  /** The first of their numbers. */
  numbers: string[];
  /** `stay`: every due stands. `later`: dues that were given stand; what is counted from now on follows the change. */
  dues: 'stay' | 'later';
  /** What becomes of them, in words. */
  follows: string;
}

const WHAT_FOLLOWS = {
  agency_removed: ['stay', 'their agency goes: hand them over before it does'],
  co_executor_removed: ['stay', 'a co-executor of theirs goes; their own agency stays'],
  topic_removed: ['stay', 'they keep the code of their topic, which nobody can choose any more'],
  topic_changed: ['stay', 'their priority and policy stay as triage gave them'],
  municipality_removed: ['stay', 'they keep the code of their municipality'],
  rule_changed: ['stay', 'the rule that caught them changed or went: they stay with their agency'],
  policy_changed: ['stay', 'each keeps the version of its policy that it was given, and its dues'],
  policy_removed: ['stay', 'each keeps the version of its policy that it was given, and its dues'],
  calendar_changed: [
    'later',
    'dues that were given stand; after a pause, an extension or an interim reply the new calendar counts',
  ],
  calendar_removed: [
    'later',
    "dues that were given stand; after a pause, an extension or an interim reply the region's calendar counts",
  ],
  ladder_changed: ['later', 'no due moves; their next climbs follow the new ladder'],
} as const;

/** Which open complaints the new versions touch, by reason; reasons without any are left out. */
export async function findTouched(db: Db, versions: NewVersion[]): Promise<Touched[]> {
  const codes = (kind: RegionKind, isMeant: (version: NewVersion) => boolean): string[] =>
    versions
      .filter((one) => one.kind === kind && one.before && isMeant(one))
      .map(({ code }) => code);
  const gone = (one: NewVersion): boolean => one.retired;
  const changed = (one: NewVersion): boolean => !one.retired && one.fields.length > 0;
  const changedIn =
    (...fields: string[]) =>
    (one: NewVersion): boolean =>
      changed(one) &&
      one.fields.some((field) => fields.some((name) => field.split('.')[0] === name));
  const rules = codes('routing_rule', (one) => gone(one) || changedIn('when', 'then')(one));
  const ids = versions
    .filter(({ kind, retired }) => kind === 'agency' && retired)
    .map(({ before }) => before?.id);
  const { rows } = await db.query<Pick<Touched, 'reason' | 'count' | 'numbers'>>(
    `select reason, count(*)::int, (array_agg(number order by received_at, id))[1:$12] as numbers
     from complaints c cross join lateral (values
       ('agency_removed', c.agency_id = any($1::uuid[])),
       ('co_executor_removed', c.co_executors && $1::uuid[]),
       ('topic_removed', c.topic = any($2::text[])),
       ('topic_changed', c.topic = any($3::text[])),
       ('municipality_removed', c.municipality = any($4::text[])),
       ('rule_changed', c.rule = any($5::text[])),
       ('policy_changed', c.process -> 'policy' ->> 'code' = any($6::text[])),
       ('policy_removed', c.process -> 'policy' ->> 'code' = any($7::text[])),
       ('calendar_changed', c.process ->> 'calendar' = any($8::text[])),
       ('calendar_removed', c.process ->> 'calendar' = any($9::text[])),
       ('ladder_changed', (select body -> 'defaults' ->> 'ladder' from region_items
          where kind = 'settings' and current) = any($10::text[] || $11::text[]))) as t (reason, holds)
     where c.status <> 'closed' and t.holds group by reason`,
    [
      ids,
      codes('topic', gone),
      codes('topic', changedIn('severity', 'group')),
      codes('municipality', gone),
      rules,
      codes('sla_policy', changed),
      codes('sla_policy', gone),
      codes(
        'calendar',
        changedIn('zone', 'hours', 'lunch', 'shortDayByMinutes', 'statutoryHolidays', 'years'),
      ),
      codes('calendar', gone),
      codes('ladder', changed),
      codes('ladder', gone),
      NUMBERS_MAX,
    ],
  );
  const order = Object.keys(WHAT_FOLLOWS);
  return rows
    .map((row) => {
      const [dues, follows] = WHAT_FOLLOWS[row.reason];
      return { ...row, dues, follows };
    })
    .sort((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason));
}

/** Which of these agencies hold open complaints, by code. */
export async function heldAgencies(
  db: Db,
  agencies: StoredItem[],
): Promise<Map<string, { count: number; numbers: string[] }>> {
  if (agencies.length === 0) {
    return new Map();
  }
  const { rows } = await db.query<{ id: string; count: number; numbers: string[] }>(
    `select agency_id as id, count(*)::int, (array_agg(number order by received_at, id))[1:$2] as numbers
     from complaints where status <> 'closed' and agency_id = any($1::uuid[]) group by agency_id`,
    [agencies.map(({ id }) => id), NUMBERS_MAX],
  );
  const codes = new Map(agencies.map(({ id, code }) => [id, code]));
  return new Map(rows.map(({ id, count, numbers }) => [codes.get(id) ?? id, { count, numbers }]));
}
