import type { RegionView } from '../../db/region-store.js';
import { fold } from './vocabulary.js';
import type { SourceLabels } from './source-row.js';

/** What of a row's words the region knows, by ids and codes. */
export interface Matched {
  agencyId: string | null;
  topic: string | null;
  topicGroup: string | null;
  municipality: string | null;
  /** Words that the region does not know, by their columns. */
  foreign: ('agency' | 'executor' | 'topicGroup' | 'topic' | 'municipality')[];
}

/** Finds what a source calls agencies, topics and places among the region's own. */
export interface NameMatcher {
  match(labels: SourceLabels): Matched;
}

/** Words for the kind of a municipality, before or behind its name. */
const PLACE_KINDS =
  /(^| )(г о|м о|м р|го|мо|мр|г|город|городской округ|муниципальный округ|муниципальный район|район|р н|округ)(?= |$)/g;

/** Without quotation marks and punctuation: `АО «Теплосеть»` is `АО "Теплосеть"`. */
const plain = (name: string): string => fold(name.replace(/["'«»“”„‟`.,()/-]+/g, ' '));

const withoutKind = (name: string): string =>
  plain(name).replace(PLACE_KINDS, ' ').replace(/\s+/g, ' ').trim();

const matchers = new WeakMap<RegionView, NameMatcher>();

/** Made once for each reading of the region. */
export function nameMatcher(region: RegionView): NameMatcher {
  let matcher = matchers.get(region);
  if (matcher === undefined) {
    matcher = makeMatcher(region);
    matchers.set(region, matcher);
  }
  return matcher;
}

/** A name that two things have names neither. */
class Names<T> {
  private readonly found = new Map<string, T | null>();

  add(name: string, value: T): void {
    const before = this.found.get(name);
    if (name !== '' && before !== value) {
      this.found.set(name, before === undefined ? value : null);
    }
  }

  get(name: string): T | undefined {
    return this.found.get(name) ?? undefined;
  }
}

function makeMatcher(region: RegionView): NameMatcher {
  const agencies = new Names<string>();
  for (const { id, code, name, shortName } of region.agencies.values()) {
    for (const one of [code, name, shortName]) agencies.add(plain(one), id);
  }
  const groups = new Names<string>();
  for (const { code, name } of region.topicGroups.values()) {
    groups.add(plain(name), code);
    groups.add(plain(code), code);
  }
  const topics = new Names<string>();
  for (const { code, name, group } of region.topics.values()) {
    topics.add(plain(name), code);
    topics.add(plain(code), code);
    topics.add(`${group}/${plain(name)}`, code);
  }
  const places = new Names<string>();
  const bare = new Names<string>();
  for (const { code, name, names } of region.municipalities.values()) {
    for (const one of [code, name, ...names]) places.add(plain(one), code);
    bare.add(withoutKind(name), code);
  }
  const ownRegion = new Set([plain(region.settings.name.ru), plain(region.settings.name.en)]);

  const known = new Map<string, Matched>();
  const find = (labels: SourceLabels): Matched => {
    const { agency, executor, topic, topicGroup, municipality } = labels;
    const foreign: Matched['foreign'] = [];
    const look = (
      column: Matched['foreign'][number],
      word: string | undefined,
      of: (word: string) => string | undefined,
    ): string | null => {
      const found = word === undefined ? undefined : of(word);
      if (word !== undefined && found === undefined) foreign.push(column);
      return found ?? null;
    };
    const group = look('topicGroup', topicGroup, (word) => groups.get(plain(word)));
    const topicCode = look(
      'topic',
      topic,
      (word) => topics.get(`${group ?? ''}/${plain(word)}`) ?? topics.get(plain(word)),
    );
    // A place of another region may have the name of one of ours.
    const isOwn = labels.region === undefined || ownRegion.has(plain(labels.region));
    const byName = (word: string): string | undefined =>
      isOwn ? (places.get(plain(word)) ?? bare.get(withoutKind(word))) : undefined;
    const agencyOf = (word: string): string | undefined => agencies.get(plain(word));
    const office = look('agency', agency, agencyOf);
    const department = look('executor', executor, agencyOf);
    return {
      agencyId: department ?? office,
      topic: topicCode,
      topicGroup: (topicCode && region.topics.get(topicCode)?.group) ?? group,
      municipality: look('municipality', municipality, byName),
      foreign,
    };
  };
  return {
    match(labels) {
      const { agency, executor, topic, topicGroup, municipality, region: of } = labels;
      const key = JSON.stringify([agency, executor, topic, topicGroup, municipality, of]);
      let matched = known.get(key);
      if (matched === undefined) {
        if (known.size >= 20_000) known.clear();
        matched = find(labels);
        known.set(key, matched);
      }
      return matched;
    },
  };
}
