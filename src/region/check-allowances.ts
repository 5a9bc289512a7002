import { CALENDAR_DAY_MS, durationMs, durationText, minuteOfDay } from './duration.js';
import type { RegionDraft } from './region-draft.js';

/** Lengths that make sense: the working day is the calendar's, no clock is zero, warnings and levels rise. */
export function checkAllowances(draft: RegionDraft): void {
  checkWorkingDay(draft);
  checkPolicies(draft);
  checkLadders(draft);
}

/** Unless 1d is a full day of the default calendar, "7 working days" would end at an odd hour of another day. */
function checkWorkingDay({ files, report }: RegionDraft): void {
  const { workingDay, defaults } = files['region.yaml'];
  const calendar = files['calendars.yaml'].calendars.find(({ code }) => code === defaults.calendar);
  if (calendar === undefined) return;
  const { hours, lunch } = calendar;
  const lunchMinutes = lunch ? minuteOfDay(lunch.to) - minuteOfDay(lunch.from) : 0;
  const dayMs =
    hours === 'roundTheClock'
      ? CALENDAR_DAY_MS
      : (minuteOfDay(hours.to) - minuteOfDay(hours.from) - lunchMinutes) * 60_000;
  // Told with the calendar.
  if (dayMs <= 0) return;
  if (workingDay.includes('d')) {
    report('region.yaml', ['workingDay'], 'must be given in hours and minutes');
  } else if (durationMs(workingDay, 0) !== dayMs) {
    const reason = `is not the full day of the default calendar "${calendar.code}" (${durationText(dayMs)})`;
    report('region.yaml', ['workingDay'], reason);
  }
}

function checkPolicies({ files, report }: RegionDraft): void {
  files['policies.yaml'].policies.forEach((policy, i) => {
    const at = (...keys: PropertyKey[]): PropertyKey[] => ['policies', i, ...keys];
    const clocks = ['acceptance', 'firstReply', 'resolution'] as const;
    if (clocks.every((clock) => policy[clock] === undefined)) {
      const reason = `the policy "${policy.code}" has no clock: give acceptance, firstReply or resolution`;
      report('policies.yaml', at(), reason);
    }
    for (const clock of clocks) {
      const length = policy[clock]?.allowance;
      if (length !== undefined && durationMs(length, 1) === 0) {
        report(
          'policies.yaml',
          at(clock),
          'a clock cannot be zero; leave it out when it does not run',
        );
      }
    }
    if (durationMs(policy.waiting.limit, 1) === 0) {
      report('policies.yaml', at('waiting', 'limit'), 'a citizen needs some time to answer');
    }
    if (durationMs(policy.extension.max, 1) === 0 && policy.extension.maxCount > 0) {
      report('policies.yaml', at('extension', 'max'), 'is zero while maxCount allows extensions');
    }
    policy.warnAtPercent.forEach((percent, n) => {
      const before = policy.warnAtPercent[n - 1];
      if (before !== undefined && percent <= before) {
        report('policies.yaml', at('warnAtPercent', n), 'the percents must rise');
      }
    });
  });
}

function checkLadders({ files, report }: RegionDraft): void {
  files['ladders.yaml'].ladders.forEach(({ levels }, i) =>
    levels.forEach(({ level }, n) => {
      if (level !== n + 1) {
        const reason = `levels go 1, 2, 3 … without a gap: ${n + 1} is expected here`;
        report('ladders.yaml', ['ladders', i, 'levels', n, 'level'], reason);
      }
    }),
  );
}
