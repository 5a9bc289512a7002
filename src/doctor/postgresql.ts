import type pg from 'pg';
import type { Config } from '../config.js';
import { migrationState } from '../db/desk-figures.js';
import { ok, problem, warning, words, type Check, type Verdict } from './check.js';

const VERSION_MIN = 140_000;
const DRIFT_WARNING_MS = 2_000;
const DRIFT_PROBLEM_MS = 30_000;
const GB = 1024 ** 3;

/** The database server: that it answers, and is what the desk needs. `pool` acts as the user of DATABASE_URL. */
export function postgresqlChecks(pool: pg.Pool, config: Config): Check[] {
  const needs = ['postgresql' as const];
  return [
    { id: 'postgresql', title: words('PostgreSQL', 'PostgreSQL'), look: () => server(pool) },
    { id: 'schema', title: words('Схема', 'Schema'), needs, look: () => schema(pool) },
    { id: 'roles', title: words('Роли', 'Roles'), needs, look: () => roles(pool) },
    {
      id: 'size',
      title: words('Размер базы', 'Size of the database'),
      needs,
      look: () => size(pool),
    },
    { id: 'clock', title: words('Часы', 'Clock'), needs, look: () => clock(pool) },
    {
      id: 'world-clock',
      title: words('Мировое время', 'World time'),
      needs,
      look: () => worldClock(pool, config),
    },
  ];
}

async function server(pool: pg.Pool): Promise<Verdict> {
  let version: { number: number; text: string };
  try {
    const { rows } = await pool.query<{ number: number; text: string }>(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as text`,
    );
    version = rows[0]!;
  } catch (error) {
    const { code } = error as { code?: string };
    const said = code ?? 'no answer';
    return problem(
      words(`не отвечает (${said})`, `does not answer (${said})`),
      words(
        'Запустите сервер, проверьте DATABASE_URL: адрес, имя, пароль.',
        'Start the server; look at address, name and password in DATABASE_URL.',
      ),
    );
  }
  const { number, text } = version;
  return number < VERSION_MIN
    ? problem(
        words(text, text),
        words('Нужен PostgreSQL 14 или новее.', 'PostgreSQL 14 or newer is needed.'),
      )
    : ok(text, text);
}

async function schema(pool: pg.Pool): Promise<Verdict> {
  const { applied, missing, unknown } = await migrationState(pool);
  if (missing.length > 0) {
    const list = missing.join(', ');
    return problem(
      words(`не применены: ${list}`, `not applied: ${list}`),
      words('Выполните otklik migrate.', 'Run otklik migrate.'),
    );
  }
  if (unknown.length > 0) {
    const list = unknown.join(', ');
    return problem(
      words(`база новее программы: ${list}`, `the database is newer than this program: ${list}`),
      words('Обновите программу.', 'Bring this program up to date.'),
    );
  }
  return ok(`применено миграций: ${applied.length}`, `${applied.length} migrations applied`);
}

/** Both roles can be taken on, and only the worker's may move a complaint. */
async function roles(pool: pg.Pool): Promise<Verdict> {
  const migrate = words(
    'Выполните otklik migrate под владельцем схемы; он должен входить в обе роли.',
    "Run otklik migrate as the schema's owner, who has to be a member of both roles.",
  );
  for (const role of ['otklik_api', 'otklik_worker']) {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(`set local role ${role}`);
    } catch {
      return problem(
        words(`роль ${role} недоступна`, `the role ${role} cannot be taken on`),
        migrate,
      );
    } finally {
      await client.query('rollback').catch(() => undefined);
      client.release();
    }
  }
  const { rows } = await pool.query<{ api: boolean; worker: boolean; reads: boolean }>(
    `select has_column_privilege('otklik_api', 'complaints', 'status', 'update')
         or has_column_privilege('otklik_api', 'complaints', 'process', 'update') as api,
       has_column_privilege('otklik_worker', 'complaints', 'status', 'update') as worker,
       (select bool_and(has_table_privilege('otklik_api', oid, 'select') and has_table_privilege('otklik_worker', oid, 'select'))
        from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname in
          ('complaints', 'texts', 'events', 'commands', 'outbox', 'region_items')) as reads`,
  );
  const { api, worker, reads } = rows[0]!;
  if (api) {
    return problem(
      words('роль API может менять ход обращений', "the API's role may move complaints"),
      words(
        'Отзовите: revoke update on complaints from otklik_api; затем otklik migrate.',
        'Take it away: revoke update on complaints from otklik_api; then run otklik migrate.',
      ),
    );
  }
  return worker && reads
    ? ok('права на месте', 'rights are as they should be')
    : problem(words('ролям не хватает прав', 'the roles lack rights'), migrate);
}

async function size(pool: pg.Pool): Promise<Verdict> {
  const { rows } = await pool.query<{ bytes: number; open: number }>(
    `select pg_database_size(current_database()) as bytes,
       (select count(*)::int from complaints where status <> 'closed') as open`,
  );
  const { bytes, open } = rows[0]!;
  const gb = (bytes / GB).toFixed(2);
  return ok(`${gb} ГБ, открытых обращений ${open}`, `${gb} GB, ${open} open complaints`);
}

/** Machine against PostgreSQL, less half of the way there and back. */
async function clock(pool: pg.Pool): Promise<Verdict> {
  await pool.query('select 1');
  const before = Date.now();
  const { rows } = await pool.query<{ now: number }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
  );
  const drift = Math.round(rows[0]!.now - (before + Date.now()) / 2);
  const found = words(
    `расхождение с PostgreSQL ${drift} мс`,
    `${drift} ms apart from PostgreSQL's`,
  );
  const todo = words('Включите NTP на обоих серверах.', 'Run NTP on both machines.');
  return Math.abs(drift) > DRIFT_PROBLEM_MS
    ? problem(found, todo)
    : Math.abs(drift) > DRIFT_WARNING_MS
      ? warning(found, todo)
      : { status: 'ok', found };
}

/** Looks, and unlike a start writes nothing: a database that has no clock yet is left without. */
async function worldClock(pool: pg.Pool, config: Config): Promise<Verdict> {
  const { rows } = await pool.query<{ value: { scale: number; clockStart: string | null } }>(
    `select value from desk_settings where name = 'world_clock'`,
  );
  const stored = rows[0]?.value;
  if (stored === undefined) {
    return warning(
      words('ещё не задано', 'not set yet'),
      words('Выполните otklik migrate.', 'Run otklik migrate.'),
    );
  }
  const { scale, clockStart } = stored;
  const asked = { scale: config.OTKLIK_TIME_SCALE, start: config.OTKLIK_CLOCK_START ?? null };
  if (scale !== asked.scale || clockStart !== asked.start) {
    const begun = `${clockStart ?? 'now'} × ${scale}`;
    return problem(
      words(
        `база начата с другими часами (${begun})`,
        `the database was begun with another clock (${begun})`,
      ),
      words(
        'Верните прежние OTKLIK_CLOCK_START и OTKLIK_TIME_SCALE или начните с пустой базы.',
        'Set OTKLIK_CLOCK_START and OTKLIK_TIME_SCALE as they were, or begin with an empty database.',
      ),
    );
  }
  return clockStart === null && scale === 1
    ? ok('настоящее', 'the real one')
    : warning(
        words(`не настоящее: ускорение ${scale}`, `not the real one: scale ${scale}`),
        words(
          'Годится для показов и проверок, не для работы.',
          'Good for demos and tests, not for work.',
        ),
      );
}
