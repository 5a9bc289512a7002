import type { Region } from '../domain/region.js';
import { proveRouting, type RoutingProof } from './routing-proof.js';

const LISTED_MAX = 5;

/** What a region's check found out beside mistakes: the figures of its proof, and what may be an oversight. */
export interface RegionReport {
  municipalities: number;
  agencies: number;
  topics: number;
  topicGroups: number;
  routingRules: number;
  priorityRules: number;
  policies: number;
  calendars: number;
  ladders: number;
  templates: number;
  proof: {
    /** Topics × municipalities; each has an answerer, or the region would not have been read. */
    cells: number;
    /** Topics that have an answerer while the municipality is not known. */
    answeredWithoutPlace: number;
    /** Topics of which an operator must name the place first. */
    waitingForPlace: number;
    /** Rules that ask for words, a source or a campaign beside topic and place. */
    narrowRules: number;
  };
  hints: string[];
}

/** The figures and hints of a region that was read without a mistake. `now`: epoch ms. */
export function reportOn(region: Region, now: number): RegionReport {
  const proof = proveRouting({ ...region, rules: region.routingRules });
  const narrow = region.routingRules.filter(
    ({ when }) => when.keywords ?? when.sources ?? when.campaigns,
  );
  return {
    municipalities: region.municipalities.length,
    agencies: region.agencies.length,
    topics: region.topics.length,
    topicGroups: region.topicGroups.length,
    routingRules: region.routingRules.length,
    priorityRules: region.priorityRules.length,
    policies: region.policies.length,
    calendars: region.calendars.length,
    ladders: region.ladders.length,
    templates: region.templates.length,
    proof: {
      cells: proof.cells,
      answeredWithoutPlace: proof.answeredWithoutPlace,
      waitingForPlace: region.topics.length - proof.answeredWithoutPlace,
      narrowRules: narrow.length,
    },
    hints: [
      ...agencyHints(region, proof),
      ...triageHints(region),
      ...lexiconHints(region),
      ...calendarHints(region, now),
      ...templateHints(region),
    ],
  };
}

/** A head of others may have no work of its own. */
function agencyHints({ agencies }: Region, { withWork }: RoutingProof): string[] {
  const busy = new Set(withWork);
  const parentOf = new Map(agencies.map(({ code, parent }) => [code, parent]));
  for (const code of withWork) {
    for (let at = parentOf.get(code); at !== undefined; at = parentOf.get(at)) busy.add(at);
  }
  const idle = agencies.filter(({ code, active }) => active && !busy.has(code));
  return listed(
    idle.map(({ code }) => code),
    'agencies get nothing by any rule; only people can assign to them',
  );
}

function triageHints({ ladders, defaults }: Region): string[] {
  const ladder = ladders.find(({ code }) => code === defaults.ladder);
  return ladder?.levels.some(({ recipientInTriage }) => recipientInTriage !== undefined) === true
    ? []
    : [
        `ladder "${defaults.ladder}" has no recipientInTriage: nobody is told of a complaint that waits in triage too long`,
      ];
}

function lexiconHints({ lexicon, topics }: Region): string[] {
  if (lexicon.entries.length === 0) {
    return [
      'there are no words for topics (lexicon.yaml): they are found by their names alone, and most messages wait for an operator',
    ];
  }
  const known = new Set(lexicon.entries.map(({ topic }) => topic));
  return listed(
    topics.map(({ code }) => code).filter((code) => !known.has(code)),
    'topics have no words in lexicon.yaml and are found by their names alone',
  );
}

function calendarHints({ calendars }: Region, now: number): string[] {
  const wanted = new Date(now + 60 * 86_400_000).getUTCFullYear();
  return calendars
    .filter(({ hours, years }) => hours !== 'roundTheClock' && years[String(wanted)] === undefined)
    .map(({ code, years }) => {
      const last = Object.keys(years).sort().at(-1);
      const since = last === undefined ? 'no official year' : `no official year after ${last}`;
      return `calendar "${code}" has ${since}: dues in ${wanted} are provisional`;
    });
}

function templateHints({ templates }: Region): string[] {
  return templates.length === 0 ? ['there are no reply templates (templates.yaml)'] : [];
}

function listed(codes: string[], what: string): string[] {
  if (codes.length === 0) return [];
  const more = codes.length > LISTED_MAX ? ` and ${codes.length - LISTED_MAX} more` : '';
  return [`${codes.length} ${what}: ${codes.slice(0, LISTED_MAX).join(', ')}${more}`];
}
