import { readdir } from 'node:fs/promises';
import type { Db } from './pool.js';

/** What the desk's health is read from. Cheap: open work and the outbox only, never the whole history. */
export interface DeskFigures {
  open: { status: string; count: number }[];
  /** Open complaints that wait for a step which should have happened over five minutes ago. */
  late: number;
  tasks: { kind: string; count: number }[];
  outbox: { kind: string; waiting: number; failing: number; oldestS: number }[];
  /** `off`: switched off by the desk, since their receivers are gone or failed for days. */
  webhooks: { waiting: number; oldestS: number; off: number };
}

/** Counts open work in one statement; `now`: world time, epoch ms. Ages are machine time, in seconds. */
export async function readFigures(db: Db, now: number): Promise<DeskFigures> {
  const { rows } = await db.query<DeskFigures>({
    name: 'desk-figures',
    text: `select
        (select coalesce(json_agg(f), '[]') from (
          select status, count(*) from complaints where status <> 'closed' group by status) f) as open,
        (select count(*)::int from complaints
          where status <> 'closed' and wake_at < $1::timestamptz - interval '5 min') as late,
        (select coalesce(json_agg(f), '[]') from (
          select kind, count(*) from tasks where state = 'open' group by kind) f) as tasks,
        (select coalesce(json_agg(f), '[]') from (
          select kind, count(*) as waiting, count(*) filter (where attempts > 0) as failing,
            greatest(0, extract(epoch from now() - min(not_before)))::float as "oldestS"
          from outbox group by kind) f) as outbox,
        (select json_build_object('waiting', count(*),
            'oldestS', coalesce(extract(epoch from now() - min(d.created_at)), 0)::float,
            'off', (select count(*) from webhooks where disabled_reason is not null))
          from webhook_deliveries d where d.state = 'pending') as webhooks`,
    values: [new Date(now)],
  });
  return rows[0]!;
}

/** This program's migrations against the database's, by their files' names. `unknown`: the database's alone. */
export async function migrationState(
  db: Db,
): Promise<{ applied: string[]; missing: string[]; unknown: string[] }> {
  const files = (await readdir(new URL('migrations/', import.meta.url))).filter((name) =>
    /^\d{4}_.*\.sql$/.test(name),
  );
  const { rows } = await db.query<{ name: string }>('select name from migrations order by name');
  const names = rows.map((row) => row.name);
  const applied = new Set(names);
  return {
    applied: names,
    missing: files.filter((name) => !applied.has(name)).sort(),
    unknown: names.filter((name) => !files.includes(name)),
  };
}

/** The migrations that this program has and the database has not. */
export const missingMigrations = async (db: Db): Promise<string[]> =>
  (await migrationState(db)).missing;
