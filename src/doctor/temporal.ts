import { ScheduleNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { channels } from '../channels/registry.js';
import type pg from 'pg';
import type { Config } from '../config.js';
import {
  complaintWorkflowId,
  publicationQueue,
  SEARCH_ATTRIBUTES,
  SWEEP_SCHEDULE_ID,
} from '../temporal/names.js';
import { ok, problem, warning, words, type Check, type Verdict } from './check.js';

const CALL_LIMIT_MS = 5_000;
const NOT_FOUND = 5;
/** Numbers of temporal.api.enums.v1.TaskQueueType. */
const WORKFLOW_QUEUE = 1;
const ACTIVITY_QUEUE = 2;
const DAY_S = 86_400;
/** A worker asks again at least every minute; Temporal remembers one that is gone for five. */
const POLLED_WITHIN_MS = 120_000;
/** Runs that are looked at one by one: the complaints that have been open longest. */
const RUNS_MAX = 200;
const CONCURRENCY = 10;
const NUMBERS_SHOWN = 5;

/** Temporal: that it answers, knows the desk, and that somebody works for it. */
export function temporalChecks(client: Client, pool: pg.Pool, config: Config): Check[] {
  const needs = ['temporal' as const];
  return [
    { id: 'temporal', title: words('Temporal', 'Temporal'), look: () => server(client, config) },
    {
      id: 'search-attributes',
      title: words('Атрибуты поиска', 'Search attributes'),
      needs,
      look: () => searchAttributes(client),
    },
    {
      id: 'schedules',
      title: words('Расписания', 'Schedules'),
      needs,
      look: () => schedules(client),
    },
    {
      id: 'workers',
      title: words('Рабочие процессы (worker)', 'Workers'),
      needs,
      look: () => workers(client, config),
    },
    {
      id: 'open-runs',
      title: words('Открытые обращения без процесса', 'Open complaints without a run'),
      needs: ['postgresql', 'temporal'],
      look: () => openRuns(client, pool),
    },
  ];
}

const within = <T>(client: Client, call: () => Promise<T>): Promise<T> =>
  client.withDeadline(Date.now() + CALL_LIMIT_MS, call);

async function server(client: Client, config: Config): Promise<Verdict> {
  const namespace = config.TEMPORAL_NAMESPACE;
  try {
    const { serverVersion } = await within(client, () => client.workflowService.getSystemInfo({}));
    const described = await within(client, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
    const keptS = Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    const days = Math.floor(keptS / DAY_S);
    return ok(
      `${serverVersion}, пространство ${namespace}, история хранится дней: ${days}`,
      `${serverVersion}, namespace ${namespace}, histories kept for ${days} days`,
    );
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) {
      return problem(
        words(`нет пространства ${namespace}`, `there is no namespace ${namespace}`),
        words(
          'Создайте его: temporal operator namespace create; или исправьте TEMPORAL_NAMESPACE.',
          'Make it: temporal operator namespace create; or mend TEMPORAL_NAMESPACE.',
        ),
      );
    }
    return problem(
      words('не отвечает', 'does not answer'),
      words(
        'Запустите сервер, проверьте TEMPORAL_ADDRESS. Приём работает, команды ждут.',
        'Start the server; look at TEMPORAL_ADDRESS. Intake works, commands wait.',
      ),
    );
  }
}

async function searchAttributes(client: Client): Promise<Verdict> {
  const { namespace } = client.options;
  const { customAttributes } = await within(client, () =>
    client.connection.operatorService.listSearchAttributes({ namespace }),
  );
  const missing = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !(name in customAttributes));
  return missing.length === 0
    ? ok('все зарегистрированы', 'all registered')
    : problem(
        words(`нет: ${missing.join(', ')}`, `missing: ${missing.join(', ')}`),
        words(
          'Перезапустите worker: он их регистрирует.',
          'Restart the worker: it registers them.',
        ),
      );
}

async function schedules(client: Client): Promise<Verdict> {
  try {
    const { state } = await within(client, () =>
      client.schedule.getHandle(SWEEP_SCHEDULE_ID).describe(),
    );
    return state.paused
      ? warning(
          words(`${SWEEP_SCHEDULE_ID} на паузе`, `${SWEEP_SCHEDULE_ID} is paused`),
          words(
            'Включите: temporal schedule toggle --unpause --schedule-id sweep.',
            'Let it run: temporal schedule toggle --unpause --schedule-id sweep.',
          ),
        )
      : ok(`${SWEEP_SCHEDULE_ID} идёт`, `${SWEEP_SCHEDULE_ID} runs`);
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) {
      throw error;
    }
    return problem(
      words(`нет расписания ${SWEEP_SCHEDULE_ID}`, `there is no schedule ${SWEEP_SCHEDULE_ID}`),
      words('Перезапустите worker: он его создаёт.', 'Restart the worker: it makes it.'),
    );
  }
}

/** Every queue has somebody who asks it for work. */
async function workers(client: Client, config: Config): Promise<Verdict> {
  const { namespace } = client.options;
  const queue = config.OTKLIK_TASK_QUEUE;
  const publications = channels.all.map(({ name }) => publicationQueue(queue, name));
  const queues: [string, number][] = [
    [queue, WORKFLOW_QUEUE],
    ...publications.map((name): [string, number] => [name, ACTIVITY_QUEUE]),
  ];
  const polled = await Promise.all(
    queues.map(async ([name, taskQueueType]) => {
      const { pollers } = await within(client, () =>
        client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }),
      );
      const lately = (pollers ?? []).filter(({ lastAccessTime }) => {
        const askedAt = Number(lastAccessTime?.seconds ?? 0) * 1_000;
        return Date.now() - askedAt < POLLED_WITHIN_MS;
      });
      return { name, identities: lately.map(({ identity }) => identity ?? '') };
    }),
  );
  const idle = polled.filter(({ identities }) => identities.length === 0).map(({ name }) => name);
  const count = new Set(polled.flatMap(({ identities }) => identities)).size;
  return idle.length === 0
    ? ok(`работает процессов: ${count}`, `${count} processes at work`)
    : problem(
        words(
          `никто не берёт работу: ${idle.join(', ')}`,
          `nobody takes work of: ${idle.join(', ')}`,
        ),
        words('Запустите otklik worker.', 'Start otklik worker.'),
      );
}

async function openRuns(client: Client, pool: pg.Pool): Promise<Verdict> {
  // One that waits for its first start has no run yet, and that is the outbox's business.
  const { rows } = await pool.query<{ number: string; open: number }>(
    `select c.number, count(*) over ()::int as open from complaints c
     where c.status <> 'closed' and not exists (
       select from outbox o where o.complaint_id = c.id and o.kind = 'start')
     order by c.received_at limit $1`,
    [RUNS_MAX],
  );
  const lost: string[] = [];
  const queue = rows.map(({ number }) => number);
  const look = async (): Promise<void> => {
    for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
      if (!(await isRunning(client, number))) {
        lost.push(number);
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, look));
  const open = rows[0]?.open ?? 0;
  if (lost.length === 0) {
    return ok(`проверено ${rows.length} из ${open}`, `looked at ${rows.length} of ${open}`);
  }
  const numbers = lost.sort().slice(0, NUMBERS_SHOWN).join(', ');
  return problem(
    words(
      `без процесса ${lost.length} из проверенных ${rows.length} (открыто ${open}): ${numbers}`,
      `${lost.length} of ${rows.length} looked at (${open} open) have no run: ${numbers}`,
    ),
    words(
      'Расписание sweep поднимет их за 10 минут; сразу: temporal schedule trigger --schedule-id sweep или otklik rebuild НОМЕР.',
      'The schedule sweep rebuilds them within 10 minutes; at once: temporal schedule trigger --schedule-id sweep, or otklik rebuild NUMBER.',
    ),
  );
}

async function isRunning(client: Client, number: string): Promise<boolean> {
  try {
    const described = await within(client, () =>
      client.workflow.getHandle(complaintWorkflowId(number)).describe(),
    );
    return described.status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return false;
    }
    throw error;
  }
}
