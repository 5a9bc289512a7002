import type pg from 'pg';
import { readRegionView } from '../db/region-store.js';
import { toWorld, type WorldAnchor } from '../domain/world-clock.js';
import { ok, problem, warning, words, type Check, type Verdict } from './check.js';

const DAY_MS = 86_400_000;
const CALENDAR_WARNING_MS = 60 * DAY_MS;
const OUTBOX_WARNING_S = 60;
const OUTBOX_PROBLEM_S = 600;
const ROOT_WARNING_S = 2 * 3_600;
const WEBHOOK_WAITS_WARNING_S = 3_600;
/** Tasks that tell of something broken, and not only of work for people. */
const TROUBLE = [
  'publication_blocked',
  'publication_failing',
  'mail_notice',
  'webhook_failed',
  'webhook_disabled',
];

/** What the desk is at: its region, and whatever waits or is stuck. */
export function workChecks(pool: pg.Pool): Check[] {
  const needs = ['postgresql' as const];
  return [
    { id: 'region', title: words('Регион', 'Region'), needs, look: () => region(pool) },
    { id: 'calendar', title: words('Календарь', 'Calendar'), needs, look: () => calendar(pool) },
    { id: 'outbox', title: words('Очередь отправки', 'Outbox'), needs, look: () => outbox(pool) },
    {
      id: 'publications',
      title: words('Публикации', 'Publications'),
      needs,
      look: () => publications(pool),
    },
    { id: 'tasks', title: words('Задачи', 'Tasks'), needs, look: () => tasks(pool) },
    { id: 'webhooks', title: words('Вебхуки', 'Webhooks'), needs, look: () => webhooks(pool) },
    {
      id: 'audit-roots',
      title: words('Корни аудита', 'Audit roots'),
      needs,
      look: () => roots(pool),
    },
  ];
}

const LOAD = words('Выполните otklik region load.', 'Run otklik region load.');

async function region(pool: pg.Pool): Promise<Verdict> {
  const view = await readRegionView(pool).catch(() => null);
  if (view === null) {
    return problem(words('не загружен', 'none is loaded'), LOAD);
  }
  const { settings, agencies, topics, rules, ladders, calendars, policies } = view;
  const { defaults } = settings;
  const missing = [
    ...(ladders.has(defaults.ladder) ? [] : [`ladder ${defaults.ladder}`]),
    ...(calendars.has(defaults.calendar) ? [] : [`calendar ${defaults.calendar}`]),
    ...(policies.size > 0 ? [] : ['sla policy']),
    ...(rules.length > 0 ? [] : ['routing rule']),
  ];
  return missing.length > 0
    ? problem(words(`не хватает: ${missing.join(', ')}`, `missing: ${missing.join(', ')}`), LOAD)
    : ok(
        `${settings.code}: исполнителей ${agencies.size}, тем ${topics.size}, правил ${rules.length}`,
        `${settings.code}: ${agencies.size} agencies, ${topics.size} topics, ${rules.length} rules`,
      );
}

async function calendar(pool: pg.Pool): Promise<Verdict> {
  const { calendars, settings } = await readRegionView(pool);
  const { rows } = await pool.query<{ value: WorldAnchor }>(
    `select value from desk_settings where name = 'world_clock'`,
  );
  const now = rows[0] ? toWorld(rows[0].value, Date.now()) : Date.now();
  const years = Object.keys(calendars.get(settings.defaults.calendar)?.years ?? {}).map(Number);
  const last = Math.max(0, ...years);
  const leftMs = Date.UTC(last + 1, 0, 1) - now;
  const days = Math.floor(leftMs / DAY_MS);
  const todo = words(
    `Внесите производственный календарь на ${last + 1} год и выполните otklik region load.`,
    `Add the official calendar of ${last + 1} and run otklik region load.`,
  );
  if (leftMs < 0) {
    return problem(
      words(
        `официальные дни кончились ${last} годом: сроки предварительные`,
        `official days ended with ${last}: dues are provisional`,
      ),
      todo,
    );
  }
  const found = words(
    `официальные дни по ${last} год, осталось дней: ${days}`,
    `official days through ${last}, ${days} days left`,
  );
  return leftMs < CALENDAR_WARNING_MS ? warning(found, todo) : { status: 'ok', found };
}

async function outbox(pool: pg.Pool): Promise<Verdict> {
  const { rows } = await pool.query<{ waiting: number; failing: number; oldest: number }>(
    `select count(*)::int as waiting, (count(*) filter (where attempts > 3))::int as failing,
       coalesce(greatest(0, extract(epoch from now() - min(not_before))), 0)::float8 as oldest from outbox`,
  );
  const { waiting, failing, oldest } = rows[0]!;
  const age = Math.round(oldest);
  const found = words(
    `ждёт ${waiting}, старшее просрочено на ${age} с, с повторными неудачами ${failing}`,
    `${waiting} waiting, the oldest ${age} s past its time, ${failing} failing again and again`,
  );
  const todo = words(
    'Проверьте, что worker работает, и его журнал: last_error в таблице outbox скажет причину.',
    'See that a worker runs, and look at its log: last_error in the table outbox tells why.',
  );
  return oldest > OUTBOX_PROBLEM_S
    ? problem(found, todo)
    : oldest > OUTBOX_WARNING_S || failing > 0
      ? warning(found, todo)
      : { status: 'ok', found };
}

async function publications(pool: pg.Pool): Promise<Verdict> {
  const { rows } = await pool.query<{ publishing: number; blocked: number; failing: number }>(
    `select (select count(*)::int from complaints where status = 'publishing') as publishing,
       (count(*) filter (where p.state = 'blocked'))::int as blocked,
       (count(*) filter (where p.state = 'pending' and p.attempts >= 3))::int as failing
     from publications p where p.state in ('pending', 'blocked')`,
  );
  const { publishing, blocked, failing } = rows[0]!;
  const found = words(
    `публикуется ${publishing}, не принято источником ${blocked}, не удаётся ${failing}`,
    `${publishing} being published, ${blocked} refused by their source, ${failing} failing`,
  );
  return blocked + failing > 0
    ? warning(
        found,
        words(
          'Разберите задачи операторов: опубликуйте снова или откажитесь от публикации (waive).',
          "Work through the operators' tasks: publish again, or waive.",
        ),
      )
    : { status: 'ok', found };
}

async function tasks(pool: pg.Pool): Promise<Verdict> {
  const { rows } = await pool.query<{ kind: string; count: number }>(
    `select kind, count(*)::int as count from tasks where state = 'open' group by kind order by kind`,
  );
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const trouble = rows.filter(({ kind }) => TROUBLE.includes(kind));
  const list = trouble.map(({ kind, count }) => `${kind}: ${count}`).join(', ');
  return trouble.length > 0
    ? warning(
        words(`открыто ${total}, о неисправностях: ${list}`, `${total} open, of troubles: ${list}`),
        words('Разберите их: GET /tasks.', 'Work through them: GET /tasks.'),
      )
    : ok(`открыто ${total}`, `${total} open`);
}

async function webhooks(pool: pg.Pool): Promise<Verdict> {
  const { rows } = await pool.query<{ all: number; off: number; waits: number; failed: number }>(
    `select (select count(*)::int from webhooks) as all,
       (select count(*)::int from webhooks where disabled_reason is not null) as off,
       (select coalesce(extract(epoch from now() - min(d.created_at)), 0)::float8 from webhook_deliveries d
         join webhooks w on w.id = d.webhook_id where d.state = 'pending' and w.active) as waits,
       (select count(*)::int from webhook_deliveries where state = 'failed' and complaint_id is not null
         and finished_at > now() - interval '1 day') as failed`,
  );
  const { all, off, waits, failed } = rows[0]!;
  const age = Math.round(waits);
  const found = words(
    `всего ${all}, выключено системой ${off}, не доставлено за сутки ${failed}, старшее ждёт ${age} с`,
    `${all}, ${off} switched off by the desk, ${failed} messages given up within a day, the oldest waits ${age} s`,
  );
  return off > 0 || failed > 0 || waits > WEBHOOK_WAITS_WARNING_S
    ? warning(
        found,
        words(
          'Смотрите GET /webhooks и /webhooks/{id}/deliveries?state=failed; исправьте получателя, включите, отправьте снова.',
          'Look at GET /webhooks and /webhooks/{id}/deliveries?state=failed; mend the receiver, switch on, send again.',
        ),
      )
    : { status: 'ok', found };
}

async function roots(pool: pg.Pool): Promise<Verdict> {
  const { rows } = await pool.query<{ age: number | null; changed: boolean }>(
    `select extract(epoch from now() - max(at))::float8 as age,
       exists (select from complaints c left join audit_heads h on h.complaint_id = c.id
         where h.seq is distinct from c.event_seq) as changed from audit_roots`,
  );
  const { age, changed } = rows[0]!;
  const minutes = age === null ? null : Math.round(age / 60);
  const found =
    minutes === null
      ? words('ещё нет', 'none yet')
      : words(`последний ${minutes} мин назад`, `the last one ${minutes} minutes ago`);
  return changed && (age ?? 0) > ROOT_WARNING_S
    ? warning(
        found,
        words(
          'Проверьте worker; сейчас: otklik audit root.',
          'Look at the worker; now: otklik audit root.',
        ),
      )
    : { status: 'ok', found };
}
