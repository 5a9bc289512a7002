import { setTimeout as pause } from 'node:timers/promises';
import type { Subject } from './desk.js';
import { orderOf, roundOf, type Round } from './figures.js';
import type { Extent, Load } from './measure.js';

const LIMIT_MS = 60_000;

/** What an outage of Temporal does to intake, and how soon its complaints get their workflows afterwards. */
export interface OutageFigures {
  withTemporal: Round;
  withoutTemporal: Round;
  complaints: number;
  /** From Temporal's first answer to the last complaint's first step. */
  catchUpMs: number;
  /** Complaints whose first run is not exactly one; 0 is right. */
  wrongRuns: number;
}

/** Takes `extent.outage` complaints in with the worker and Temporal running, and as many with Temporal stopped. */
export async function measureOutage(
  load: Load,
  desk: Subject,
  stopTemporal: () => Promise<() => Promise<void>>,
  runsOf: (numbers: string[]) => Promise<number[]>,
  extent: Extent,
): Promise<OutageFigures> {
  const take = async (): Promise<Round> =>
    roundOf(
      await load.run(orderOf(desk, { what: 'intake', count: extent.outage, limitMs: LIMIT_MS })),
    );
  const withTemporal = await take();
  await untilAllBegun(desk);
  const startTemporal = await stopTemporal();
  const since = await lastNumber(desk);
  const withoutTemporal = await take();
  await startTemporal();
  const startedAt = performance.now();
  await untilAllBegun(desk);
  const catchUpMs = performance.now() - startedAt;
  const { rows } = await desk.owner.query<{ number: string }>(
    'select number from complaints where number > $1',
    [since],
  );
  const runs = await runsOf(rows.map(({ number }) => number));
  return {
    withTemporal,
    withoutTemporal,
    complaints: rows.length,
    catchUpMs,
    wrongRuns: runs.filter((count) => count !== 1).length,
  };
}

async function untilAllBegun({ owner }: Subject): Promise<void> {
  const untilMs = Date.now() + 2 * LIMIT_MS;
  for (;;) {
    const { rows } = await owner.query<{ waiting: number }>(
      'select count(*)::int as waiting from complaints where run_no = 0',
    );
    if (rows[0]?.waiting === 0) {
      return;
    }
    if (Date.now() > untilMs) {
      throw new Error(`${rows[0]?.waiting} complaints got no workflow in time`);
    }
    await pause(50);
  }
}

async function lastNumber({ owner }: Subject): Promise<string> {
  const { rows } = await owner.query<{ last: string | null }>(
    'select max(number) as last from complaints',
  );
  return rows[0]?.last ?? '';
}
