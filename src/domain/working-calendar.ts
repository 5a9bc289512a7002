/** One year of a production calendar; dates are `YYYY-MM-DD` in the calendar's zone. */
export interface CalendarYear {
  /** Weekdays that are off. */
  daysOff: string[];
  /** Working days that end an hour earlier. */
  shortDays: string[];
  /** Saturdays and Sundays that are worked. */
  workingWeekends: string[];
}

export interface CalendarSpec {
  code: string;
  name: string;
  /** Counts up with every change. */
  version: number;
  /** IANA zone of the wall-clock times below. */
  zone: string;
  /** Working hours of a full day as `HH:MM`; `roundTheClock` calendars have none. */
  hours: { from: string; to: string } | 'roundTheClock';
  /** Unpaid break as `HH:MM`, not counted; absent: none. */
  lunch?: { from: string; to: string } | undefined;
  shortDayByMinutes: number;
  /** Statutory holidays as `MM-DD`, for years without an official calendar. */
  statutoryHolidays: string[];
  /** Official years by `YYYY`. */
  years: Record<string, CalendarYear>;
}
