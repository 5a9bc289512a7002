import { setTimeout as pause } from 'node:timers/promises';
import type { startLoad } from './children.js';
import type { Subject } from './desk.js';
import { CALLERS, compare, orderOf, roundOf, type Comparison, type Round } from './figures.js';

export type Load = Awaited<ReturnType<typeof startLoad>>;

/** How much is measured. */
export interface Extent {
  pairs: number;
  /** Of one round of intake. */
  intakeMs: number;
  /** Lives in one round, which begins no more after LIVES_ROUND_MS. */
  lives: number;
  /** Complaints taken in while Temporal is stopped. */
  outage: number;
}

/** Every table that grows with complaints; the region and the keys stay. */
const clear = ({ owner }: Subject): Promise<unknown> =>
  owner.query('truncate complaints, events, outbox cascade');

/** Until the code is compiled hot and the connections are open. */
const WARM_UP_MS = 3_000;
const UNBOUNDED = 1_000_000;
/** Keeps a slow machine within the bench's time; every life that was begun is still lived to its end. */
const LIVES_ROUND_MS = 10_000;
const CLOSING_LIMIT_MS = 60_000;

/** (a) POST /complaints, one subject after the other, first in turns. */
export async function compareIntake(
  load: Load,
  desk: Subject,
  bare: Subject,
  extent: Extent,
): Promise<Comparison> {
  const round = async (subject: Subject, limitMs: number): Promise<Round> =>
    roundOf(await load.run(orderOf(subject, { what: 'intake', count: UNBOUNDED, limitMs })));
  await round(desk, WARM_UP_MS);
  await round(bare, WARM_UP_MS);
  const figures = await inPairs(
    extent.pairs,
    (subject) => round(subject, extent.intakeMs),
    desk,
    bare,
  );
  // No worker ran: whoever starts one next must not find all these waiting.
  await clear(desk);
  await clear(bare);
  return figures;
}

/** (b) Whole lives: until the last complaint of the round is closed in the database. */
export async function compareLives(
  load: Load,
  desk: Subject,
  bare: Subject,
  extent: Extent,
): Promise<Comparison> {
  const round = async (subject: Subject, count: number): Promise<Round> => {
    const before = await closedIn(subject);
    const startedAt = performance.now();
    const result = await load.run(
      orderOf(subject, { what: 'lives', count, limitMs: LIVES_ROUND_MS }),
    );
    await untilClosed(subject, before + result.done);
    return roundOf({ ...result, elapsedMs: performance.now() - startedAt });
  };
  await round(desk, CALLERS);
  await round(bare, CALLERS);
  return inPairs(extent.pairs, (subject) => round(subject, extent.lives), desk, bare);
}

/** The order within a pair changes from pair to pair, so that nobody always comes second. */
async function inPairs(
  pairs: number,
  round: (subject: Subject) => Promise<Round>,
  desk: Subject,
  bare: Subject,
): Promise<Comparison> {
  const all: { otklik: Round; bare: Round }[] = [];
  for (let i = 0; i < pairs; i += 1) {
    if (i % 2 === 0) {
      const otklik = await round(desk);
      all.push({ otklik, bare: await round(bare) });
    } else {
      const first = await round(bare);
      all.push({ otklik: await round(desk), bare: first });
    }
  }
  return compare(all);
}

async function closedIn({ owner }: Subject): Promise<number> {
  const { rows } = await owner.query<{ closed: number }>(
    `select count(*)::int as closed from complaints where status = 'closed'`,
  );
  return rows[0]?.closed ?? 0;
}

async function untilClosed(subject: Subject, wanted: number): Promise<void> {
  const untilMs = Date.now() + CLOSING_LIMIT_MS;
  while ((await closedIn(subject)) < wanted) {
    if (Date.now() > untilMs) {
      throw new Error(`${subject.name}: not all lives were closed in time`);
    }
    await pause(25);
  }
}
