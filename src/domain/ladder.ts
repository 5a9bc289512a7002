import { isOverdue, listClocks } from './clocks.js';
import type { Process, Recipient, Turn } from './process.js';
import type { Ladder, LadderLevel } from './region.js';
import type { WorkingCalendar } from './working-time.js';
import { dueFrom } from './working-time.js';

interface Rung {
  level: LadderLevel;
  recipient: Recipient;
  /** The allowances of skipped levels count too: nobody is told earlier for having no one below. */
  allowances: LadderLevel[];
}

/** The level above, as far as it applies: in triage only levels with a recipient there; in review the approver is told. */
function rungAbove(process: Process, ladder: Ladder): Rung | null {
  const allowances: LadderLevel[] = [];
  for (const level of ladder.levels.filter((l) => l.level > process.level)) {
    allowances.push(level);
    if (process.status === 'triage') {
      if (level.recipientInTriage !== undefined) {
        return { level, recipient: level.recipientInTriage, allowances };
      }
    } else {
      const recipient =
        process.status === 'in_review' && level.recipient !== 'governors_office'
          ? 'approver'
          : level.recipient;
      return { level, recipient, allowances };
    }
  }
  return null;
}

/**
 * When the next level is climbed because a missed due stays open; null when nothing is overdue or the top is
 * reached. Its allowance counts from the last climb, but never from before the due was missed: an earlier
 * climb of another cause must not carry a fresh breach up the whole ladder at once.
 */
export function nextClimbAt(
  process: Process,
  calendar: WorkingCalendar,
  ladder: Ladder,
): number | null {
  const missed = listClocks(process.clocks)
    .filter(isOverdue)
    .map(({ breachedAt }) => breachedAt ?? Infinity);
  if (process.climbedAt === null || process.waiting !== null || missed.length === 0) {
    return null;
  }
  const rung = rungAbove(process, ladder);
  const from = Math.max(process.climbedAt, Math.min(...missed));
  return rung === null
    ? null
    : rung.allowances.reduce((at, level) => dueFrom(calendar, at, level).at, from);
}

/**
 * Climbs one level at an instant: on the timeline once, its people told once.
 * @returns false when there is no level above.
 */
export function climb(
  turn: Turn,
  at: number,
  cause: string,
  details: Record<string, unknown> = {},
): boolean {
  const rung = rungAbove(turn.process, turn.around.ladder);
  if (rung === null) {
    return false;
  }
  const { level } = rung.level;
  turn.process.level = level;
  turn.process.climbedAt = at;
  const data = { level, recipient: rung.recipient, cause, ...details };
  const byPeople = cause === 'operator';
  turn.emit('escalated', data, at, byPeople ? turn.around.actor : 'system');
  turn.notify(
    'escalated',
    rung.recipient,
    `escalated/${level}/${at}`,
    { level, cause },
    {
      at,
      urgent: rung.level.roundTheClock || turn.process.priority === 'danger',
    },
  );
  return true;
}
