import type { CalendarYearFile, RegionFiles } from '../contract/region-files.js';
import type { Allowance, Lexicon, Region, TimeKind } from '../domain/region.js';
import { CALENDAR_DAY_MS, durationMs } from './duration.js';

type LengthMs = (length: string, time: TimeKind) => number;

/**
 * The region that checked files describe; lengths become milliseconds, versions begin at 1, and a calendar that has
 * hours but no years takes the region's.
 */
export function toRegion(
  files: RegionFiles,
  years: ReadonlyMap<string, CalendarYearFile> = new Map(),
): Region {
  const { workingDay, ...region } = files['region.yaml'];
  const workingDayMs = durationMs(workingDay, 0);
  const lengthMs: LengthMs = (length, time) =>
    durationMs(length, time === 'working' ? workingDayMs : CALENDAR_DAY_MS);
  const { approval, agencies } = files['agencies.yaml'];
  return {
    ...region,
    municipalities: files['municipalities.yaml'].municipalities,
    agencies: agencies.map((agency) => ({ ...agency, approval: agency.approval ?? approval })),
    topicGroups: files['topics.yaml'].groups,
    topics: files['topics.yaml'].topics,
    routingRules: files['routing.yaml'].rules.map((rule, i) => ({ ...rule, position: i + 1 })),
    priorityRules: files['policies.yaml'].priorityRules,
    policies: policiesOf(files, lengthMs),
    calendars: files['calendars.yaml'].calendars.map((calendar) => ({
      ...calendar,
      years:
        calendar.years ?? (calendar.hours === 'roundTheClock' ? {} : Object.fromEntries(years)),
      version: 1,
    })),
    ladders: laddersOf(files, lengthMs),
    lexicon: lexiconOf(files['lexicon.yaml']),
    templates: files['templates.yaml'].templates,
  };
}

function policiesOf(files: RegionFiles, lengthMs: LengthMs): Region['policies'] {
  const allowanceOf = (
    given: { allowance: string; time: TimeKind } | undefined,
  ): Allowance | undefined =>
    given && { allowanceMs: lengthMs(given.allowance, given.time), time: given.time };
  return files['policies.yaml'].policies.map((policy) => ({
    code: policy.code,
    name: policy.name,
    acceptance: allowanceOf(policy.acceptance),
    firstReply: allowanceOf(policy.firstReply),
    resolution: allowanceOf(policy.resolution),
    warnAtPercent: policy.warnAtPercent,
    waiting: {
      limitMs: lengthMs(policy.waiting.limit, policy.waiting.time),
      time: policy.waiting.time,
      then: policy.waiting.then,
    },
    extension: {
      maxMs: lengthMs(policy.extension.max, 'calendar'),
      maxCount: policy.extension.maxCount,
    },
  }));
}

function laddersOf(files: RegionFiles, lengthMs: LengthMs): Region['ladders'] {
  return files['ladders.yaml'].ladders.map(({ code, levels, climbAt }) => ({
    code,
    levels: levels.map(({ allowance, ...level }) => ({
      ...level,
      allowanceMs: lengthMs(allowance, level.time),
    })),
    climbAt,
  }));
}

function lexiconOf({ entries, ...lexicon }: RegionFiles['lexicon.yaml']): Lexicon {
  return {
    ...lexicon,
    entries: entries.map(({ topic, words }) => ({
      topic,
      words: words.map((word) => (typeof word === 'string' ? { text: word, weight: 1 } : word)),
    })),
  };
}
