import { HttpLine, type Answer } from './http-line.js';
import { complaint, reply } from './messages.js';

/** What the load generator's process is asked for; it answers with a `LoadResult`. */
export interface LoadOrder {
  /** `intake`: POST /complaints; `lives`: that, then accept and the final reply. */
  what: 'intake' | 'lives';
  port: number;
  /** Before `/complaints`: `/api/v1` or nothing. */
  prefix: string;
  key: string | undefined;
  callers: number;
  /** Ends after so many in all, or after this time; whichever comes first. */
  count: number;
  limitMs: number;
}

export interface LoadResult {
  done: number;
  elapsedMs: number;
  /** By request: answers other than 2xx, by status or error, apart from retried ones. */
  failures: Record<string, number>;
  /** Answers 503 (Temporal too slow) that were asked again. */
  retries: number;
  /** Milliseconds each whole `intake` or life took as its caller saw it; sorted. */
  latenciesMs: number[];
}

const RETRIES_MAX = 20;
const RETRY_AFTER_MS = 100;

class Failed extends Error {}

async function run(order: LoadOrder): Promise<LoadResult> {
  const { prefix, port, key } = order;
  const headers = key === undefined ? '' : `Authorization: Bearer ${key}\r\n`;
  const failures: Record<string, number> = {};
  const latenciesMs: number[] = [];
  let begun = 0;
  let retries = 0;

  async function ask(line: HttpLine, path: string, body: object): Promise<Answer> {
    let isUnsure = false;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await line.post(`${prefix}${path}`, body);
      // After a 503 the command may have been carried out late: then the state forbids it by now.
      if (answer.status < 300 || (answer.status === 409 && isUnsure)) {
        return answer;
      }
      if (answer.status !== 503 || attempt >= RETRIES_MAX) {
        throw new Failed(`${path.split('/').at(-1)} ${answer.status} ${answer.body.slice(0, 200)}`);
      }
      isUnsure = true;
      retries += 1;
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    }
  }

  async function once(line: HttpLine): Promise<void> {
    const taken = await ask(line, '/complaints', complaint());
    if (order.what === 'lives') {
      const { id } = JSON.parse(taken.body) as { id: string };
      await ask(line, `/complaints/${id}/accept`, {});
      await ask(line, `/complaints/${id}/replies`, reply);
    }
  }

  const startedAt = performance.now();
  const endAt = startedAt + order.limitMs;
  await Promise.all(
    Array.from({ length: order.callers }, async () => {
      const line = new HttpLine(port, headers);
      while (begun < order.count && performance.now() < endAt) {
        begun += 1;
        const from = performance.now();
        try {
          await once(line);
          latenciesMs.push(performance.now() - from);
        } catch (error) {
          const name = (error as Error).message;
          failures[name] = (failures[name] ?? 0) + 1;
        }
      }
      line.close();
    }),
  );
  const elapsedMs = performance.now() - startedAt;
  latenciesMs.sort((a, b) => a - b);
  return { done: latenciesMs.length, elapsedMs, failures, retries, latenciesMs };
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
