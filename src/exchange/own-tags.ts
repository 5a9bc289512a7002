import { COMPLAINT_KINDS } from '../domain/commands.js';
import { CLOSURE_REASONS, REJECT_CODES } from '../domain/transitions.js';
import { SOURCES } from '../contract/list.js';

/**
 * What a complaint of ours has and the 47 columns have no place for. Export writes it into `Теги`,
 * so that import gives the same complaint back.
 */
export interface OwnFacts {
  source?: (typeof SOURCES)[number];
  origin?: 'authority_page' | 'elsewhere';
  visibility?: 'public' | 'private';
  kind?: (typeof COMPLAINT_KINDS)[number];
  closure?: (typeof CLOSURE_REASONS)[number];
  reject?: (typeof REJECT_CODES)[number];
}

const ALLOWED: Record<keyof OwnFacts, readonly string[]> = {
  source: SOURCES,
  origin: ['authority_page', 'elsewhere'],
  visibility: ['public', 'private'],
  kind: COMPLAINT_KINDS,
  closure: CLOSURE_REASONS,
  reject: REJECT_CODES,
};
const PREFIX = 'otklik.';

/** The cell `Теги`: the source's own tags, then the facts as `otklik.source=phone`. */
export function writeTags(tags: string | null, facts: OwnFacts): string {
  const own = Object.entries(facts).map(([name, value]) => `${PREFIX}${name}=${String(value)}`);
  return [...(tags === null || tags === '' ? [] : [tags]), ...own].join(', ');
}

/** Takes the facts out of a cell `Теги`; what is not one of ours stays a tag. */
export function readTags(cell: string | null): { tags: string | null; facts: OwnFacts } {
  const facts: Record<string, string> = {};
  const tags: string[] = [];
  for (const tag of (cell ?? '').split(',').map((part) => part.trim())) {
    const [, name, value] = /^otklik\.(\w+)=(\w+)$/.exec(tag) ?? [];
    if (name !== undefined && ALLOWED[name as keyof OwnFacts]?.includes(value ?? '')) {
      facts[name] = value ?? '';
    } else if (tag !== '') {
      tags.push(tag);
    }
  }
  return { tags: tags.length === 0 ? null : tags.join(', '), facts };
}
