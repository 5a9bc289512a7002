import type { Agency } from './region.js';

type Member = Pick<Agency, 'id' | 'code' | 'parent'>;

/**
 * The ids of an agency and of those above it, nearest first: all for whom a complaint that it holds is one of their
 * own. An agency that is not known (retired) has itself alone.
 */
export function agencyLine(byRef: (ref: string) => Member | undefined, id: string): string[] {
  const line = [id];
  for (let at = byRef(id); at?.parent !== undefined;) {
    at = byRef(at.parent);
    if (at === undefined || line.includes(at.id)) {
      break;
    }
    line.push(at.id);
  }
  return line;
}
