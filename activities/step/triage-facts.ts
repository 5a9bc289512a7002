import type { Db } from '../../src/db/pool.js';
import type { ProcessRow } from '../../src/db/process-row.js';
import type { RegionView } from '../../src/db/region-store.js';
import { createTriageClassifier } from '../../src/classifier/index.js';
import type { Routed, Triage } from '../../src/domain/assigning.js';
import { priorityOf } from '../../src/domain/priority.js';
import { route } from '../../src/domain/routing.js';

type Classifier = ReturnType<typeof createTriageClassifier>;
const classifiers = new WeakMap<RegionView, Classifier>();

/** The classifier made of a region's lexicon; made once for each reading of the region. */
export function classifierOf(region: RegionView): Classifier {
  let classifier = classifiers.get(region);
  if (classifier === undefined) {
    classifier = createTriageClassifier({
      lexicon: region.lexicon,
      topics: [...region.topics.values()],
      topicGroups: [...region.topicGroups.values()],
      municipalities: [...region.municipalities.values()],
    });
    classifiers.set(region, classifier);
  }
  return classifier;
}

/** What triage makes of a complaint's text and circumstances. */
export async function triageFacts(db: Db, region: RegionView, row: ProcessRow): Promise<Triage> {
  const text = await readText(db, row.textId);
  const classifier = classifierOf(region);
  const found = classifier.classify(text);
  const sure =
    found.topic !== null && found.confidence >= region.settings.confidenceThreshold && !found.spam;
  const municipality = row.municipalityGiven ?? classifier.findMunicipality(text).municipality;
  const topic = sure ? found.topic : null;
  const routed = routeBy(region, row, text, topic, municipality);
  const earlier = await earlierComplaints(db, row, topic, municipality);
  return {
    ...routed,
    // Unsure of the topic, the complaint waits for an operator even where a broad rule would route it.
    agencyId: sure ? routed.agencyId : null,
    kind: found.kind,
    confidence: found.confidence,
    source: found.source,
    suggestions: found.suggestions,
    municipality,
    spam: found.spam,
    repeatOf: earlier[0] ?? row.process.repeatOf,
    repeats: earlier.length,
  };
}

/** What the rules make of a complaint whose topic is known (or not). */
export function routeBy(
  region: RegionView,
  row: Pick<ProcessRow, 'source' | 'campaign'>,
  text: string,
  topic: string | null,
  municipality: string | null,
): Routed {
  const known = topic === null ? undefined : region.topics.get(topic);
  const { source, campaign } = row;
  const routed = route(
    region.rules,
    { topic, group: known?.group ?? null, municipality, source, campaign, text },
    [...region.agencies.values()],
  );
  const urgency = priorityOf(
    region.priorityRules,
    { topic, severity: known?.severity ?? null, source, text },
    region.settings.defaults.policy,
  );
  const policy =
    region.policies.get(urgency.policy) ?? region.policies.get(region.settings.defaults.policy);
  if (policy === undefined) {
    throw new Error(`the region has no policy ${urgency.policy}`);
  }
  const agency = routed === null ? undefined : region.agencyByRef(routed.agency);
  return {
    topic,
    topicGroup: known?.group ?? null,
    agencyId: agency?.id ?? null,
    rule: routed?.rule.code ?? null,
    priority: urgency.priority,
    policy,
    calendar: agency?.calendar ?? region.settings.defaults.calendar,
  };
}

export async function readText(db: Db, textId: string): Promise<string> {
  const { rows } = await db.query<{ body: string | null }>({
    name: 'read-text',
    text: 'select body from texts where id = $1',
    values: [textId],
  });
  return rows[0]?.body ?? '';
}

/** Closed complaints of the same person, topic and place, newest first. */
async function earlierComplaints(
  db: Db,
  row: ProcessRow,
  topic: string | null,
  municipality: string | null,
): Promise<string[]> {
  if (row.personKey === null || topic === null) {
    return [];
  }
  const { rows } = await db.query<{ id: string }>({
    name: 'earlier-complaints',
    text: `select id from complaints
      where person_key = $1 and id <> $2 and status = 'closed' and closure_reason in ('answered', 'no_response')
        and topic = $3 and municipality is not distinct from $4
      order by received_at desc limit 20`,
    values: [row.personKey, row.id, topic, municipality],
  });
  return rows.map((r) => r.id);
}
