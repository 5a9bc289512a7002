import { missingMigrations } from '../db/desk-figures.js';
import { worldNow, type AppDeps } from './deps.js';

export interface Check {
  ok: boolean;
  detail?: string;
}

/**
 * `ready`: all is well. `degraded`: Temporal is away; the desk still takes complaints in, shows them and their
 * tracking pages, and only commands answer 503, so the process must stay behind the balancer (200). `not_ready`:
 * without the database, its schema or a region nothing works (503).
 */
export interface Readiness {
  status: 'ready' | 'degraded' | 'not_ready';
  checks: { database: Check; migrations: Check; region: Check; temporal: Check };
  warnings: string[];
}

const LIMIT_MS = 2_000;
/** DESIGN: past the last official year dues are provisional, and somebody has to load the next one in time. */
const CALENDAR_WARNING_MS = 60 * 86_400_000;

export async function readReadiness(deps: AppDeps): Promise<Readiness> {
  const [database, migrations, region, temporal] = await Promise.all([
    check(async () => {
      await deps.pool.query('select 1');
    }, 'PostgreSQL does not answer'),
    check(async () => {
      const missing = await missingMigrations(deps.pool);
      return missing.length === 0 ? undefined : `run "otklik migrate": ${missing.join(', ')}`;
    }, 'the migrations could not be read'),
    check(async () => {
      await deps.region.current();
    }, 'no region could be read: run "otklik migrate"'),
    check(
      async () =>
        (await deps.desk.ping()) ? undefined : 'Temporal does not answer; intake and lists work',
      'Temporal does not answer; intake and lists work',
    ),
  ]);
  const works = database.ok && migrations.ok && region.ok;
  return {
    status: !works ? 'not_ready' : temporal.ok ? 'ready' : 'degraded',
    checks: { database, migrations, region, temporal },
    warnings: region.ok ? await calendarWarnings(deps) : [],
  };
}

/** Runs a check within the limit. What went wrong is told in our words: an error's text may hold addresses. */
async function check(
  look: () => Promise<string | undefined | void>,
  otherwise: string,
): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, LIMIT_MS, `${otherwise} within ${LIMIT_MS / 1_000} s`);
  });
  const detail = await Promise.race([look().catch(() => otherwise), limit]);
  clearTimeout(timer);
  return typeof detail === 'string' ? { ok: false, detail } : { ok: true };
}

async function calendarWarnings(deps: AppDeps): Promise<string[]> {
  const { calendars } = await deps.region.current();
  const now = worldNow(deps);
  return [...calendars.values()].flatMap(({ code, years }) => {
    const last = Math.max(...Object.keys(years).map(Number));
    const isNear = Number.isFinite(last) && Date.UTC(last + 1, 0, 1) - now < CALENDAR_WARNING_MS;
    return isNear
      ? [`calendar "${code}" has no official year after ${last}: load ${last + 1}`]
      : [];
  });
}
