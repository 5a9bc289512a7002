import { kindsOf, placesOf } from '../domain/routing.js';
import type { RegionDraft } from './region-draft.js';

/** The agencies are a tree, and a rule's "agency of the municipality" is one agency. */
export function checkAgencies(draft: RegionDraft): void {
  checkCycles(draft);
  checkOneOfKind(draft);
}

function checkCycles(draft: RegionDraft): void {
  const { agencies } = draft.files['agencies.yaml'];
  const parentOf = new Map(agencies.map(({ code, parent }) => [code, parent]));
  const reported = new Set<string>();
  agencies.forEach(({ code }, i) => {
    const chain = [code];
    for (let next = parentOf.get(code); next !== undefined; next = parentOf.get(next)) {
      if (next === code) {
        if (!chain.some((member) => reported.has(member))) {
          const cycle = [...chain, code].join(' → ');
          draft.report(
            'agencies.yaml',
            ['agencies', i, 'parent'],
            `the parents go in a circle: ${cycle}`,
          );
        }
        chain.forEach((member) => reported.add(member));
        return;
      }
      if (chain.includes(next)) return;
      chain.push(next);
    }
  });
}

function checkOneOfKind(draft: RegionDraft): void {
  const kinds = new Set(
    draft.files['routing.yaml'].rules.flatMap(({ then }) =>
      'agency' in then ? [] : kindsOf(then),
    ),
  );
  const first = new Map<string, string>();
  draft.files['agencies.yaml'].agencies.forEach((agency, i) => {
    const { code, kind, active } = agency;
    if (!active || !kinds.has(kind)) return;
    for (const place of placesOf(agency)) {
      const key = `${kind} of ${place}`;
      const other = first.get(key);
      if (other === undefined) first.set(key, code);
      else if (other === code) {
        draft.report('agencies.yaml', ['agencies', i, 'serves'], `"${place}" stands there twice`);
      } else {
        const reason = `a second ${key} beside "${other}": routing by agencyOfMunicipality could not choose`;
        draft.report('agencies.yaml', ['agencies', i], reason);
      }
    }
  });
}
