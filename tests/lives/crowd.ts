import { setTimeout as pause } from 'node:timers/promises';
import { untilHolds } from '../support/until-holds.js';
import type { Answer, HttpDesk } from '../support/http-desk.js';
import { verifyAudit } from '../../src/audit/verify.js';

/** Does the work for every item, at most `limit` at once. @returns what came of each, in the items' order. */
export async function atOnce<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

export const times = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => index);

/** As `untilHolds`, with the patience that a crowd needs. */
export const untilSeen = <T>(
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  limitMs = 150_000,
): Promise<T> => untilHolds(look, holds, limitMs);

/**
 * Does what a client of the API is told to do: tries again what came to nothing (503), is limited (429) or still
 * runs under the same key. `call` must send one and the same Idempotency-Key.
 */
export async function insist(call: () => Promise<Answer>, limitMs = 150_000): Promise<Answer> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    // A connection that broke says nothing about what became of the call.
    const answer = await call().catch((): null => null);
    const isPassing =
      answer === null || [429, 503].includes(answer.status) || answer.body?.code === 'in_progress';
    if (answer !== null && (!isPassing || Date.now() > deadline)) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error('the API did not answer in time');
    }
    await pause(Math.min(1_000, Number(answer?.headers.get('retry-after') ?? 0.2) * 1_000));
  }
}

type Pool = HttpDesk['pool'];

/** One figure of the database. */
export async function count(pool: Pool, from: string, values: unknown[] = []): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from ${from}`,
    values,
  );
  return rows[0]!.n;
}

/** The types of a complaint's events, in order. */
export async function typesOf(pool: Pool, id: string): Promise<string[]> {
  const { rows } = await pool.query<{ type: string }>(
    'select type from events where complaint_id = $1 order by seq',
    [id],
  );
  return rows.map(({ type }) => type);
}

/** A complaint's row. */

export async function rowOf(pool: Pool, id: string): Promise<any> {
  return (await pool.query('select * from complaints where id = $1', [id])).rows[0];
}

/** The secret of a private link. */
export const tokenOf = ({ trackingUrl }: { trackingUrl: string }): string =>
  trackingUrl.split('/').at(-1)!;

/**
 * What must hold whenever the desk has come to rest: no word, command, publication or message waits, no open
 * complaint has slept through its instant, and every timeline is whole.
 */
export async function restOf(pool: Pool, worldNow: number = Date.now()) {
  const [words, commands, publications, outbox, overslept] = await Promise.all([
    count(pool, `inbox where state = 'pending'`),
    count(pool, `commands where state = 'pending'`),
    count(pool, `publications where state = 'pending'`),
    count(pool, `outbox where kind in ('start', 'word', 'publication')`),
    count(pool, `complaints where status <> 'closed' and wake_at < $1`, [
      new Date(worldNow - 5_000),
    ]),
  ]);
  return { words, commands, publications, outbox, overslept };
}

export const AT_REST = { words: 0, commands: 0, publications: 0, outbox: 0, overslept: 0 };

/** What is wrong with the timelines; empty when nothing is. */
export async function brokenTimelines(pool: Pool, dataDir: string): Promise<unknown[]> {
  return (await verifyAudit(pool, { dataDir, auditKey: null })).problems;
}
