import type { RegionView } from '../../db/region-store.js';
import { isAgencyRole } from '../permissions.js';
import type { Caller } from '../auth.js';

/** An agency and all departments below it, by id. Empty for an agency that is retired or never was. */
export function agencyTree(view: RegionView, agencyId: string): string[] {
  const root = view.agencies.get(agencyId);
  if (root === undefined) {
    return [];
  }
  const ids = [root.id];
  const codes = [root.code];
  for (let i = 0; i < codes.length; i += 1) {
    for (const agency of view.agencies.values()) {
      if (agency.parent === codes[i] && !codes.includes(agency.code)) {
        codes.push(agency.code);
        ids.push(agency.id);
      }
    }
  }
  return ids;
}

/** The agencies whose complaints, people and notices a caller may see: undefined is all of them. */
export function agenciesOf(caller: Caller, view: RegionView): string[] | undefined {
  if (!isAgencyRole(caller.role)) {
    return undefined;
  }
  if (caller.agencyId === null) {
    return [];
  }
  const tree = agencyTree(view, caller.agencyId);
  // A retired agency still sees what it has.
  return tree.length > 0 ? tree : [caller.agencyId];
}

/** An agency as the wire shows it; a retired one has its id alone for a name. */
export function agencyShown(
  view: RegionView,
  id: string | null,
): { id: string; name: string; code: string } | null {
  if (id === null) {
    return null;
  }
  const agency = view.agencies.get(id);
  return { id, name: agency?.name ?? id, code: agency?.code ?? '' };
}
