import type { RegionLoad } from '../db/region-load.js';
import type { KindPlan } from '../db/region-plan.js';
import type { RegionReport } from '../region/hints.js';

const LISTED_MAX = 12;

/** What `otklik region check` prints of a region without a mistake. */
export function reportText(code: string, { proof, hints, ...counts }: RegionReport): string {
  const { municipalities, agencies, topics, topicGroups, templates } = counts;
  return [
    `${code}: ${municipalities} municipalities, ${agencies} agencies, ${topics} topics in ${topicGroups} groups, ` +
      `${counts.policies} policies, ${counts.calendars} calendars, ${counts.ladders} ladders, ${templates} templates.`,
    `Proven: each of ${topics} topics × ${municipalities} municipalities (${proof.cells}) has an answerer; ` +
      `none of ${counts.routingRules} routing rules (${proof.narrowRules} with words, sources or campaigns) ` +
      `and ${counts.priorityRules} priority rules is out of reach.`,
    `Municipality unknown: ${proof.answeredWithoutPlace} topics have an answerer, ` +
      `${proof.waitingForPlace} wait for an operator to name the place.`,
    ...hints.map((hint) => `Hint: ${hint}.`),
    'No mistakes found.',
  ].join('\n');
}

/** What `otklik region diff` and `load` print. */
export function loadText(code: string, load: RegionLoad, isDiff: boolean): string {
  const { changed, kinds, touched, kept, refusal } = load;
  const lines = kinds.flatMap(kindLines);
  const complaints = touched.map(
    ({ reason, count, numbers, dues, follows }) =>
      `  ${reason.replaceAll('_', ' ')}: ${count} (${numbers.join(', ')}${count > numbers.length ? ', …' : ''}): ` +
      `${follows}${dues === 'stay' ? '; no due moves' : ''}`,
  );
  return [
    ...(lines.length === 0
      ? [`${code}: the database says what the files say.`]
      : [`${code}:`, ...lines]),
    ...(complaints.length === 0
      ? ['No open complaint is touched.']
      : ['Open complaints that are touched:', ...complaints]),
    ...(kept.length === 0 ? [] : [`Kept while they hold open complaints: ${kept.join(', ')}.`]),
    ...(refusal === null ? [] : [`A load would be refused. ${refusal}`]),
    ...(isDiff && refusal !== null
      ? []
      : [isDiff ? `A load would change ${changed} items.` : `${changed} items changed.`]),
  ].join('\n');
}

function kindLines({ kind, added, changed, removed, moved, keptEdits }: KindPlan): string[] {
  const shown = (items: string[]): string =>
    items.slice(0, LISTED_MAX).join(', ') +
    (items.length > LISTED_MAX ? ` and ${items.length - LISTED_MAX} more` : '');
  const withFields = ({ code, fields }: { code: string; fields: string[] }): string =>
    `${code} (${shown(fields)})`;
  const lost = changed.filter(({ losesEdit }) => losesEdit);
  const line = (what: string, items: string[]): string[] =>
    items.length === 0 ? [] : [`  ${kind} ${what} ${items.length}: ${shown(items)}`];
  return [
    ...line('added', added),
    ...line('changed', changed.map(withFields)),
    ...line('moved in the order', moved),
    ...line('removed', removed),
    ...line('kept as edited through the API', keptEdits.map(withFields)),
    ...line(
      'LOSES an edit made through the API',
      lost.map(({ code }) => code),
    ),
  ];
}
