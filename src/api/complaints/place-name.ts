import type { RegionView } from '../../db/region-store.js';

const fold = (name: string): string => name.trim().toLowerCase().replaceAll('ё', 'е');

const codesOf = new WeakMap<RegionView, Map<string, string>>();

function namesOf(region: RegionView): Map<string, string> {
  let codes = codesOf.get(region);
  if (!codes) {
    codes = new Map();
    for (const { code, name } of region.municipalities.values()) {
      codes.set(fold(code), code);
      codes.set(fold(name), code);
    }
    codesOf.set(region, codes);
  }
  return codes;
}

/** The code of the municipality that a caller names by code or full name, in any case, ё or е; or undefined. */
export function municipalityCode(region: RegionView, given: string): string | undefined {
  return namesOf(region).get(fold(given));
}
