import type { Client } from '@temporalio/client';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpLine } from './http-line.js';
import type { Subject } from './desk.js';
import { median } from './figures.js';
import { complaint, reply } from './messages.js';
import { countStatements, totalOf, type Statements } from './statements.js';

/** What one ordinary life costs; medians and the most over the lives that were lived one by one. */
export interface LifeCost {
  lives: number;
  events: number;
  eventsMax: number;
  /** Of the history, as the server counts them. */
  bytes: number;
  bytesMax: number;
  workflowTasks: number;
  workflowTasksMax: number;
  /** SQL statements a life, BEGIN and COMMIT included, without what an idle desk sends anyway. */
  statements: number;
  statementsByName: Record<string, number>;
}

const WORKFLOW_TASK_COMPLETED = 7;
const IDLE_MS = 3_000;
const LIMIT_MS = 15_000;

/** Lives `lives` ordinary lives, each from POST to closed before the next, and counts. */
export async function measureLives(
  subject: Subject,
  client: Client,
  logDir: string,
  lives: number,
): Promise<LifeCost> {
  const workflowIds: string[] = [];
  const line = new HttpLine(subject.port, `Authorization: Bearer ${subject.key ?? ''}\r\n`);
  const idle = await countStatements(subject.owner, logDir, () => pause(IDLE_MS));
  let tookMs = 0;
  const busy = await countStatements(subject.owner, logDir, async () => {
    const startedAt = performance.now();
    for (let i = 0; i < lives; i += 1) {
      workflowIds.push(await live(subject, line));
    }
    tookMs = performance.now() - startedAt;
  });
  line.close();
  const histories = await Promise.all(workflowIds.map((id) => historyOf(client, id)));
  const of = (name: 'events' | 'bytes' | 'tasks') => histories.map((history) => history[name]);
  return {
    lives,
    events: median(of('events')),
    eventsMax: Math.max(...of('events')),
    bytes: median(of('bytes')),
    bytesMax: Math.max(...of('bytes')),
    workflowTasks: median(of('tasks')),
    workflowTasksMax: Math.max(...of('tasks')),
    statements: (totalOf(busy) - (totalOf(idle) * tookMs) / IDLE_MS) / lives,
    statementsByName: perLife(busy, lives),
  };
}

/** One life at a person's pace: each word after the complaint has come to where it is expected. @returns its workflow id. */
async function live({ owner, prefix, key }: Subject, line: HttpLine): Promise<string> {
  const { id, number } = await sent(line.post(`${prefix}/complaints`, complaint()));
  const until = async (status: string): Promise<void> => {
    const untilMs = Date.now() + LIMIT_MS;
    for (;;) {
      const { rows } = await owner.query<{ status: string }>(
        'select status from complaints where id = $1',
        [id],
      );
      if (rows[0]?.status === status) {
        return;
      }
      if (Date.now() > untilMs) {
        throw new Error(`an ordinary life stands at ${rows[0]?.status}, not at ${status}`);
      }
      await pause(10);
    }
  };
  await until('assigned');
  await sent(line.post(`${prefix}/complaints/${id}/accept`, {}));
  await sent(line.post(`${prefix}/complaints/${id}/replies`, reply));
  await until('closed');
  return key === undefined ? id : `complaint/${number}`;
}

async function sent(answer: ReturnType<HttpLine['post']>): Promise<{ id: string; number: string }> {
  const { status, body } = await answer;
  if (status >= 300) {
    throw new Error(`unexpected answer ${status}: ${body.slice(0, 300)}`);
  }
  return JSON.parse(body) as { id: string; number: string };
}

async function historyOf(
  client: Client,
  workflowId: string,
): Promise<{ events: number; bytes: number; tasks: number }> {
  const handle = client.workflow.getHandle(workflowId);
  await handle.result();
  const { events } = await handle.fetchHistory();
  const { historyLength, historySize } = await handle.describe();
  const tasks = (events ?? []).filter(
    ({ eventType }) => Number(eventType) === WORKFLOW_TASK_COMPLETED,
  );
  return { events: historyLength, bytes: historySize ?? 0, tasks: tasks.length };
}

function perLife(statements: Statements, lives: number): Record<string, number> {
  const named = Object.entries(statements).flatMap(([application, of]) =>
    Object.entries(of).map(([name, count]) => [`${application} ${name}`, count / lives] as const),
  );
  return Object.fromEntries(
    named.filter(([, count]) => count >= 0.1).sort(([, a], [, b]) => b - a),
  );
}
