import { DateTime } from 'luxon';
import type { CalendarSpec } from '../../src/domain/working-calendar.js';

/** The Russian production calendar of two years (facts of law), 09:00 to 18:00 without a lunch break. */
export const MOSCOW: CalendarSpec = {
  code: 'sample-moscow',
  name: 'Sample',
  version: 1,
  zone: 'Europe/Moscow',
  hours: { from: '09:00', to: '18:00' },
  shortDayByMinutes: 60,
  statutoryHolidays: [
    ...['01-01', '01-02', '01-03', '01-04', '01-05', '01-06', '01-07', '01-08'],
    ...['02-23', '03-08', '05-01', '05-09', '06-12', '11-04'],
  ],
  years: {
    '2025': {
      daysOff: [
        ...['2025-01-01', '2025-01-02', '2025-01-03', '2025-01-06', '2025-01-07', '2025-01-08'],
        ...['2025-05-01', '2025-05-02', '2025-05-08', '2025-05-09', '2025-06-12', '2025-06-13'],
        ...['2025-11-03', '2025-11-04', '2025-12-31'],
      ],
      shortDays: ['2025-03-07', '2025-04-30', '2025-06-11', '2025-11-01'],
      workingWeekends: ['2025-11-01'],
    },
    '2026': {
      daysOff: [
        ...['2026-01-01', '2026-01-02', '2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08'],
        ...['2026-01-09', '2026-02-23', '2026-03-09', '2026-05-01', '2026-05-11', '2026-06-12'],
        ...['2026-11-04', '2026-12-31'],
      ],
      shortDays: ['2026-04-30', '2026-05-08', '2026-06-11', '2026-11-03'],
      workingWeekends: [],
    },
  },
};

/** Monday to Friday, 09:00 to 18:00, no holiday, no official year; in any zone. */
export function plainWeek(zone: string, from = '09:00', to = '18:00'): CalendarSpec {
  return {
    code: `plain-${zone}-${from}-${to}`,
    name: 'Plain week',
    version: 1,
    zone,
    hours: { from, to },
    shortDayByMinutes: 60,
    statutoryHolidays: [],
    years: {},
  };
}

/** Local wall-clock time `YYYY-MM-DDTHH:MM` of a zone as epoch ms. */
export function local(text: string, zone = 'Europe/Moscow'): number {
  return DateTime.fromISO(text, { zone }).toMillis();
}

/** Epoch ms as local wall-clock time `YYYY-MM-DD HH:MM`, for readable assertions. */
export function shown(at: number | null | undefined, zone = 'Europe/Moscow'): string {
  return at == null ? 'none' : DateTime.fromMillis(at, { zone }).toFormat('yyyy-MM-dd HH:mm');
}

export const HOUR_MS = 60 * 60 * 1000;
