import type { Chance } from './chance.js';
import type { Manner, Offices, Outcome } from './material.js';
import { MANNERS } from './material.js';
import { HOUR_MS } from './world-watch.js';

const MINUTE_MS = 60_000;

/** A complaint as an agency sees it in its queue. */
export interface QueueItem {
  id: string;
  status: string;
  level: number;
  kind: string | null;
  priority: string;
  /** Steps so far: it grows with everything that happens. */
  version: number;
  executor: { id: string } | null;
}

export type Move =
  | { do: 'accept' }
  | { do: 'ask' }
  | { do: 'interim'; promiseMs: number }
  | { do: 'final'; outcome: Outcome; personal: boolean }
  | { do: 'extend' }
  | { do: 'delegate' }
  | { do: 'coExecution' }
  | { do: 'handover'; known: boolean };

export interface PlannedMove {
  move: Move;
  /** Working time that the agency takes for it; with danger to life, time of the clock. */
  afterMs: number;
}

/** How likely an agency that is not named in the data works in each manner. */
const DRAWN: Record<Manner, number> = {
  prompt: 34,
  ordinary: 38,
  slow: 14,
  formal: 8,
  silent: 6,
};

/** The median time a manner takes to take work in hand, and to finish it. Working time. */
const PACE: Record<Manner, { acceptMs: number; workMs: number }> = {
  prompt: { acceptMs: 12 * MINUTE_MS, workMs: 50 * MINUTE_MS },
  ordinary: { acceptMs: 40 * MINUTE_MS, workMs: 2.2 * HOUR_MS },
  slow: { acceptMs: 2.6 * HOUR_MS, workMs: 6 * HOUR_MS },
  formal: { acceptMs: 30 * MINUTE_MS, workMs: 3 * HOUR_MS },
  silent: { acceptMs: 25 * MINUTE_MS, workMs: 1.5 * HOUR_MS },
};

/** After so many steps nobody asks, promises or passes on any more: it ends with a final reply. */
const STEPS_OF_PATIENCE = 6;

/** How an agency works: as its data say, else drawn once for the whole demo. */
export function mannerOf(offices: Offices, code: string, chance: Chance): Manner {
  const named = MANNERS.find((manner) => offices.manners[manner]?.includes(code));
  return named ?? chance.fork(`manner/${code}`).weighted(DRAWN);
}

/** The level of escalation from which on a silent agency wakes up for this complaint: 2 or 3, or never. */
function wakesAt(chance: Chance, id: string): number {
  return Number(chance.fork(`wakes/${id}`).weighted({ '2': 40, '3': 35, '99': 25 }));
}

/**
 * What the agency does next about a complaint in its queue, and after how long; null: nothing. `plain`: only what the
 * desk never refuses, accepting and answering.
 */
export function nextMove(
  chance: Chance,
  manner: Manner,
  item: QueueItem,
  plain = false,
): PlannedMove | null {
  if (item.status !== 'assigned' && item.status !== 'in_progress') {
    return null;
  }
  if (manner === 'silent' && item.level < wakesAt(chance, item.id)) {
    return null;
  }
  const own = chance.fork(`move/${item.id}/${item.version}`);
  const pace = PACE[manner];
  const isNew = item.status === 'assigned';
  const move = plain
    ? isNew
      ? ({ do: 'accept' } as const)
      : finalMove(own, item)
    : isNew
      ? firstMove(own, manner, item)
      : workMove(own, manner, item);
  const medianMs = move.do === 'accept' || move.do === 'handover' ? pace.acceptMs : pace.workMs;
  // Danger to life leaves no time for a queue; escalation makes people hurry.
  const hurry = item.priority === 'danger' ? 0.25 : item.level > 0 ? 0.6 : 1;
  return { move, afterMs: medianMs * hurry * spread(own) };
}

/** From a third to three times the median, evenly on a logarithmic scale. */
const spread = (chance: Chance): number => 3 ** chance.between(-1, 1);

function firstMove(chance: Chance, manner: Manner, item: QueueItem): Move {
  const passesOn = manner === 'formal' ? 0.22 : 0.05;
  if (item.version < STEPS_OF_PATIENCE && item.priority !== 'danger' && chance.is(passesOn)) {
    return { do: 'handover', known: chance.is(0.5) };
  }
  const isLight = item.kind === 'thanks' || item.kind === 'question';
  return isLight && chance.is(0.5) ? finalMove(chance, item) : { do: 'accept' };
}

function workMove(chance: Chance, manner: Manner, item: QueueItem): Move {
  if (item.kind === 'thanks' || item.version > STEPS_OF_PATIENCE) {
    return finalMove(chance, item);
  }
  const kind = chance.weighted({
    ask: manner === 'formal' ? 18 : 10,
    interim: 14,
    extend: 4,
    delegate: item.executor === null ? 12 : 0,
    coExecution: 3,
    final: 57,
  });
  switch (kind) {
    case 'final':
      return finalMove(chance, item);
    case 'interim':
      return { do: 'interim', promiseMs: Math.round(chance.between(1, 5)) * 24 * HOUR_MS };
    default:
      return { do: kind };
  }
}

function finalMove(chance: Chance, item: QueueItem): Move {
  const outcome =
    item.kind === 'complaint'
      ? chance.weighted({ solved: 58, explained: 26, postponed: 9, not_solved: 7 })
      : 'explained';
  return { do: 'final', outcome, personal: chance.is(item.level > 0 ? 0.25 : 0.08) };
}
