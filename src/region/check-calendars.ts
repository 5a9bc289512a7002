import { YEARS_FOLDER } from '../contract/region-files.js';
import type { CalendarYearFile, RegionFiles, YearFileName } from '../contract/region-files.js';
import { minuteOfDay } from './duration.js';
import type { RegionDraft } from './region-draft.js';

type Calendar = RegionFiles['calendars.yaml']['calendars'][number];
type Year = CalendarYearFile;

/** Hours in order, and each date in its year, on the right kind of day, and either off or worked. */
export function checkCalendars(draft: RegionDraft): void {
  draft.files['calendars.yaml'].calendars.forEach((calendar, i) => {
    checkHours(draft, calendar, i);
    checkYears(draft, calendar, i);
  });
  const file = (year: string): YearFileName => `${YEARS_FOLDER}/${year}.yaml`;
  checkGaps([...draft.years.keys()], (year, gap) => draft.report(file(year), [], gap));
  for (const [number, year] of draft.years) {
    checkDates(number, year, (list, n, reason) => draft.report(file(number), [list, n], reason));
  }
}

function checkHours(
  draft: RegionDraft,
  { hours, lunch, shortDayByMinutes }: Calendar,
  i: number,
): void {
  const report = (key: string, reason: string): void =>
    draft.report('calendars.yaml', ['calendars', i, key], reason);
  if (hours === 'roundTheClock') {
    if (lunch !== undefined) report('lunch', 'a round-the-clock calendar has no lunch');
    return;
  }
  const [from, to] = [minuteOfDay(hours.from), minuteOfDay(hours.to)];
  if (from >= to)
    return report('hours', `the day ends (${hours.to}) before it begins (${hours.from})`);
  const [lunchFrom, lunchTo] = lunch
    ? [minuteOfDay(lunch.from), minuteOfDay(lunch.to)]
    : [from, from];
  if (lunch !== undefined && !(from < lunchFrom && lunchFrom < lunchTo && lunchTo < to)) {
    report('lunch', 'lunch must lie inside the hours and end after it begins');
  }
  if (shortDayByMinutes >= to - from - (lunchTo - lunchFrom)) {
    report('shortDayByMinutes', 'a short day would have no working time');
  }
}

function checkYears(draft: RegionDraft, { hours, years = {} }: Calendar, i: number): void {
  if (hours === 'roundTheClock' && Object.keys(years).length > 0) {
    draft.report(
      'calendars.yaml',
      ['calendars', i, 'years'],
      'a round-the-clock calendar has no days off',
    );
  }
  checkGaps(Object.keys(years), (year, gap) =>
    draft.report('calendars.yaml', ['calendars', i, 'years', year], gap),
  );
  for (const [number, year] of Object.entries(years)) {
    checkDates(number, year, (list, n, reason) =>
      draft.report('calendars.yaml', ['calendars', i, 'years', number, list, n], reason),
    );
  }
}

function checkGaps(years: string[], report: (year: string, reason: string) => void): void {
  const numbers = years.map(Number).sort((a, b) => a - b);
  numbers.forEach((number, n) => {
    const before = numbers[n - 1];
    if (before !== undefined && number !== before + 1) {
      report(String(number), `the years between ${before} and ${number} are missing`);
    }
  });
}

function checkDates(
  number: string,
  year: Year,
  report: (list: keyof Year, index: number, reason: string) => void,
): void {
  const off = new Set(year.daysOff);
  const workedWeekends = new Set(year.workingWeekends);
  for (const list of ['daysOff', 'shortDays', 'workingWeekends'] as const) {
    year[list].forEach((date, n) => {
      if (!date.startsWith(number)) report(list, n, `${date} does not lie in ${number}`);
      if (year[list].indexOf(date) < n) report(list, n, `${date} is in the list already`);
      if (list === 'daysOff') {
        if (isWeekend(date))
          report(list, n, `${date} is a weekend, which is off without being listed`);
      } else if (off.has(date)) {
        report(list, n, `${date} is both a day off and a working day`);
      } else if (list === 'workingWeekends') {
        if (!isWeekend(date)) report(list, n, `${date} is not a weekend`);
      } else if (isWeekend(date) && !workedWeekends.has(date)) {
        report(
          list,
          n,
          `${date} is a weekend and not among workingWeekends, so it cannot be short`,
        );
      }
    });
  }
}

function isWeekend(date: string): boolean {
  return [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());
}
