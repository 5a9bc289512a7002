import { z } from 'zod';
import { codeFrom } from './code-from.js';
import { SOURCES } from './list.js';

/**
 * The YAML files of a region's folder as their authors write them. Unknown keys are refused, so that
 * a misspelt one is found. What they mean together is checked in src/region; `Region` in src/domain
 * is what comes out.
 */

const code = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, {
    error: ({ input }) => {
      const fitting = codeFrom(String(input));
      const example = fitting === '' ? '' : `, such as "${fitting}"`;
      return `must be a code: a-z, 0-9 and single . _ - between them${example}`;
    },
  });
const topicCode = code.max(48, 'a topic code has at most 48 characters');
const name = z.string().trim().min(1, 'must not be empty').max(300);
const words = z.string().trim().min(1, 'must not be empty').max(200);
const TIME_TOLD = "must be a time of day in quotes, from '00:00' to '23:59'";
const timeOfDay = z.string(TIME_TOLD).regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, TIME_TOLD);
const date = z.iso.date('must be a date that exists, YYYY-MM-DD');
const monthDay = z
  .string()
  .regex(/^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 'must be MM-DD')
  // 2000 was a leap year.
  .refine((day) => z.iso.date().safeParse(`2000-${day}`).success, 'must be a day that exists');

/** `15m`, `2h`, `7d`, or several of them from the largest down: `1d 4h`. What a day is, the time says. */
const duration = z
  .string('must be a length such as 15m, 2h or 7d')
  .regex(
    /^(?=\d)(?:(\d{1,4})d)?\s*(?:(\d{1,5})h)?\s*(?:(\d{1,6})m)?$/,
    'must be a length such as 15m, 2h, 7d or 1d 4h',
  );
const time = z.enum(['working', 'calendar']);

const zone = z.string().refine(isZone, 'must be an IANA time zone such as Europe/Moscow');

function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== null && !/^[+-]/.test(text);
  } catch {
    return false;
  }
}

/** Where a complaint can come from. */
const source = z.enum(SOURCES);

export const regionFile = z.strictObject({
  code,
  name: z.strictObject({ ru: name, en: name }),
  zone,
  confidenceThreshold: z.number().min(0).max(1),
  /** What `1d` of working time counts; equal to a full day of the default calendar. */
  workingDay: duration,
  defaults: z.strictObject({ policy: code, calendar: code, ladder: code }),
});

export const municipalitiesFile = z.strictObject({
  municipalities: z
    .array(z.strictObject({ code, name, kind: name, names: z.array(name).default([]) }))
    .min(1),
});

const some = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .min(1, 'must name at least one; leave the condition out to let any match')
    .optional();

const approval = z.strictObject({ interim: z.boolean(), final: z.boolean() });

export const agenciesFile = z.strictObject({
  /** For agencies that do not say otherwise. */
  approval: approval.default({ interim: false, final: false }),
  agencies: z
    .array(
      z.strictObject({
        code,
        name,
        shortName: name,
        kind: code,
        parent: code.optional(),
        municipality: code.optional(),
        serves: some(code),
        calendar: code.optional(),
        email: z.email().optional(),
        approval: approval.optional(),
        active: z.boolean().default(true),
      }),
    )
    .min(1),
});

export const topicsFile = z.strictObject({
  groups: z.array(z.strictObject({ code, name })).min(1),
  topics: z
    .array(
      z.strictObject({
        code: topicCode,
        group: z.string('a topic needs a group').pipe(code),
        severity: z.number().int().min(1).max(5),
        name,
      }),
    )
    .min(1),
});

export const routingFile = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        code,
        when: z.strictObject({
          topics: some(topicCode),
          groups: some(code),
          municipalities: some(code),
          keywords: some(words),
          sources: some(source),
          campaigns: some(code),
        }),
        then: z.union(
          [
            z.strictObject({ agency: code }),
            z.strictObject({ agencyOfMunicipality: z.union([code, z.array(code).min(1).max(9)]) }),
          ],
          'must be { agency: CODE }, { agencyOfMunicipality: KIND } or { agencyOfMunicipality: [KIND, …] }',
        ),
      }),
    )
    .min(1),
});

const allowance = z.strictObject({ allowance: duration, time });

export const policiesFile = z.strictObject({
  policies: z
    .array(
      z.strictObject({
        code,
        name,
        acceptance: allowance.optional(),
        firstReply: allowance.optional(),
        resolution: allowance.optional(),
        warnAtPercent: z.array(z.number().int().min(1).max(99)),
        waiting: z.strictObject({ limit: duration, time, then: z.enum(['close', 'resume']) }),
        /** Calendar time. */
        extension: z.strictObject({ max: duration, maxCount: z.number().int().min(0).max(100) }),
      }),
    )
    .min(1),
  priorityRules: z
    .array(
      z.strictObject({
        priority: z.enum(['ordinary', 'raised', 'danger']),
        policy: code,
        when: z.strictObject({
          topics: some(topicCode),
          keywords: some(words),
          sources: some(source),
          minSeverity: z.number().int().min(1).max(5).optional(),
        }),
      }),
    )
    .default([]),
});

/** One official year; a folder `calendar-years` has a file of it for each. */
export const calendarYearFile = z.strictObject({
  daysOff: z.array(date).default([]),
  shortDays: z.array(date).default([]),
  workingWeekends: z.array(date).default([]),
});

const span = z.strictObject({ from: timeOfDay, to: timeOfDay });

export const calendarsFile = z.strictObject({
  calendars: z
    .array(
      z.strictObject({
        code,
        name,
        zone,
        hours: z.union(
          [span, z.literal('roundTheClock')],
          "must be { from: 'HH:MM', to: 'HH:MM' } or roundTheClock",
        ),
        lunch: span.optional(),
        shortDayByMinutes: z.number().int().min(0).max(720).default(0),
        statutoryHolidays: z.array(monthDay).default([]),
        years: z
          .record(z.string().regex(/^\d{4}$/, 'must be a year, YYYY'), calendarYearFile)
          .optional(),
      }),
    )
    .min(1),
});

const recipient = z.enum(['operators', 'coordinator', 'head', 'curator', 'governors_office']);

export const laddersFile = z.strictObject({
  ladders: z
    .array(
      z.strictObject({
        code,
        levels: z
          .array(
            z.strictObject({
              level: z.number().int().min(1).max(9),
              recipient,
              recipientInTriage: recipient.optional(),
              allowance: duration,
              time,
              roundTheClock: z.boolean().default(false),
            }),
          )
          .min(1),
        climbAt: z.strictObject({
          handovers: z.number().int().min(1),
          reopenings: z.number().int().min(1),
          repeats: z.number().int().min(1),
        }),
      }),
    )
    .min(1),
});

const weighted = z.union(
  [words, z.strictObject({ text: words, weight: z.number().gt(0).max(100) })],
  'must be a word, a phrase or { text, weight }',
);

export const lexiconFile = z.strictObject({
  entries: z
    .array(z.strictObject({ topic: topicCode, words: z.array(weighted).min(1) }))
    .default([]),
  kinds: z
    .strictObject({
      question: z.array(words).default([]),
      proposal: z.array(words).default([]),
      thanks: z.array(words).default([]),
    })
    .default({ question: [], proposal: [], thanks: [] }),
  spam: z.array(words).default([]),
});

export const templatesFile = z.strictObject({
  templates: z.array(
    z.strictObject({
      code,
      name,
      kind: z.enum(['interim', 'final', 'question']),
      outcome: z.enum(['solved', 'explained', 'postponed', 'not_solved']).optional(),
      topics: some(topicCode),
      groups: some(code),
      agencies: some(code),
      text: z.string().trim().min(1, 'must not be empty').max(8_000),
    }),
  ),
});

/** Every file of a region by its name. */
export const REGION_FILES = {
  'region.yaml': regionFile,
  'municipalities.yaml': municipalitiesFile,
  'agencies.yaml': agenciesFile,
  'topics.yaml': topicsFile,
  'routing.yaml': routingFile,
  'policies.yaml': policiesFile,
  'calendars.yaml': calendarsFile,
  'ladders.yaml': laddersFile,
  'lexicon.yaml': lexiconFile,
  'templates.yaml': templatesFile,
} as const;

/** Files that a region may do without, and what then holds. */
export const OPTIONAL_FILES = {
  'lexicon.yaml': { entries: [], kinds: { question: [], proposal: [], thanks: [] }, spam: [] },
  'templates.yaml': { templates: [] },
} satisfies Partial<{ [F in RegionFileName]: RegionFiles[F] }>;

/** The folder beside the files that holds the official years, a file `YYYY.yaml` for each. */
export const YEARS_FOLDER = 'calendar-years';
export type YearFileName = `${typeof YEARS_FOLDER}/${string}.yaml`;
export type CalendarYearFile = z.output<typeof calendarYearFile>;

export type RegionFileName = keyof typeof REGION_FILES;

/** What the files say, parsed. */
export type RegionFiles = { [F in RegionFileName]: z.output<(typeof REGION_FILES)[F]> };
