import { checkAgencies } from '../../region/check-agencies.js';
import { checkAllowances } from '../../region/check-allowances.js';
import { checkCalendars } from '../../region/check-calendars.js';
import { checkCodes } from '../../region/check-codes.js';
import { checkReferences } from '../../region/check-references.js';
import { checkRules } from '../../region/check-rules.js';
import { checkTemplates } from '../../region/check-templates.js';
import { minuteOfDay } from '../../region/duration.js';
import type { RegionDraft } from '../../region/region-draft.js';
import type { RegionFileName, RegionFiles } from '../../contract/region-files.js';
import type { RegionKind, RegionView } from '../../db/region-store.js';
import type { Allowance } from '../../domain/region.js';
import type { CalendarSpec } from '../../domain/working-calendar.js';
import { invalid, type FieldError } from '../../errors.js';

const MISTAKES_MAX = 20;

type Check = (draft: RegionDraft) => void;

/**
 * What a change of one kind of item can spoil beside its own code and the references; the proof that every topic
 * has an answerer, the dearest of the checks, is gone through only when it can.
 */
const CHECKS: Partial<Record<RegionKind, Check[]>> = {
  agency: [checkAgencies, checkRules],
  topic_group: [],
  topic: [checkRules],
  municipality: [checkRules],
  routing_rule: [checkAgencies, checkRules],
  sla_policy: [checkAllowances],
  calendar: [checkCalendars, checkAllowances],
  ladder: [checkAllowances],
  template: [checkTemplates],
};

/**
 * Checks a changed region by the rules of its files: references, circles, places named twice, an answerer for every
 * topic in every municipality, no rule that is never reached. `kind` and `code` are those of the item that changed.
 * @throws AppError `invalid`, a field a mistake; those of the item with `code` name its members.
 */
export function checkRegionView(view: RegionView, kind: RegionKind, code: string): void {
  const fields = mistakesOf(view, CHECKS[kind] ?? [], code);
  if (fields.length > 0) {
    throw invalid(fields);
  }
}

/**
 * Checks a region as the database would have it after a load, with what was edited through the API.
 * @throws Error naming every mistake, twenty at most.
 */
export function checkLoadedRegion(view: RegionView): void {
  const fields = mistakesOf(view, [...new Set(Object.values(CHECKS).flat())], '');
  if (fields.length > 0) {
    const lines = fields.map(({ path, message }) => `  ${path}: ${message}`);
    throw new Error(
      `Beside what was made or edited through the API the region would be at odds with itself:\n${lines.join('\n')}`,
    );
  }
}

function mistakesOf(view: RegionView, checks: Check[], code: string): FieldError[] {
  const files = asFiles(view);
  const fields: FieldError[] = [];
  const report: RegionDraft['report'] = (file, path, reason) => {
    if (fields.length < MISTAKES_MAX) {
      const message = reason.replace(/(, (first by the rule )?)in line 0$/, '');
      fields.push({ path: fieldOf(files[file as RegionFileName], path, code), message });
    }
  };
  // Every calendar of the database has its years, wherever they came from.
  const draft: RegionDraft = { files, years: new Map(), report, lineOf: () => 0 };
  for (const check of [checkCodes, checkReferences, ...checks]) {
    // Rules are tried out only when all they point to is there.
    if (check !== checkRules || fields.length === 0) check(draft);
  }
  return fields;
}

/** `['rules', 3, 'then', 'agency']` as `then.agency` for the item at hand, as `rules/<code>.then.agency` for others. */
function fieldOf(file: object, path: readonly PropertyKey[], code: string): string {
  const [list, index, ...rest] = path;
  const items = (file as Record<PropertyKey, unknown>)[list ?? ''];
  const item = Array.isArray(items)
    ? (items[Number(index)] as { code?: string } | undefined)
    : undefined;
  const member = rest.map(String).join('.');
  if (item?.code === undefined) {
    return path.map(String).join('.');
  }
  if (item.code === code) {
    return member === '' ? 'code' : member;
  }
  const owner = `${String(list)}/${item.code}`;
  return member === '' ? owner : `${owner}.${member}`;
}

const minutes = (ms: number): string => `${ms / 60_000}m`;
const allowance = (given: Allowance | undefined) =>
  given && { allowance: minutes(given.allowanceMs), time: given.time };

/** The region as its files would say it; all lengths in minutes, which mean the same in every calendar. */
function asFiles(view: RegionView): RegionFiles {
  const { settings } = view;
  const all = <T>(items: Map<string, T>): T[] => [...items.values()];
  const files = {
    'region.yaml': {
      ...settings,
      workingDay: workingDayOf(view.calendars.get(settings.defaults.calendar)),
    },
    'municipalities.yaml': { municipalities: all(view.municipalities) },
    'agencies.yaml': { approval: { interim: false, final: false }, agencies: all(view.agencies) },
    'topics.yaml': { groups: all(view.topicGroups), topics: all(view.topics) },
    'routing.yaml': { rules: view.rules },
    'policies.yaml': {
      policies: all(view.policies).map((policy) => ({
        ...policy,
        acceptance: allowance(policy.acceptance),
        firstReply: allowance(policy.firstReply),
        resolution: allowance(policy.resolution),
        waiting: { ...policy.waiting, limit: minutes(policy.waiting.limitMs) },
        extension: { ...policy.extension, max: minutes(policy.extension.maxMs) },
      })),
      priorityRules: view.priorityRules,
    },
    'calendars.yaml': { calendars: all(view.calendars) },
    'ladders.yaml': {
      ladders: all(view.ladders).map((ladder) => ({
        ...ladder,
        levels: ladder.levels.map((level) => ({ ...level, allowance: minutes(level.allowanceMs) })),
      })),
    },
    'lexicon.yaml': {
      ...view.lexicon,
      // Words of a retired topic speak for nobody; the file that has them is not at hand here.
      entries: view.lexicon.entries.filter(({ topic }) => view.topics.has(topic)),
    },
    'templates.yaml': { templates: all(view.templates) },
  };
  // Sources are free text in the domain and an enumeration in the files; both came through the schema.
  return files as unknown as RegionFiles;
}

/** What `1d` stands for was settled when the files were read; here it only has to agree with the calendar. */
function workingDayOf(calendar: CalendarSpec | undefined): string {
  if (calendar === undefined || calendar.hours === 'roundTheClock') {
    return '24h';
  }
  const { hours, lunch } = calendar;
  const lunchMinutes = lunch ? minuteOfDay(lunch.to) - minuteOfDay(lunch.from) : 0;
  return `${minuteOfDay(hours.to) - minuteOfDay(hours.from) - lunchMinutes}m`;
}
