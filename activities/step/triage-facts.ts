import type { Db } from '../../src/db/pool.js';
import type { ProcessRow } from '../../src/db/process-row.js';
import type { RegionView } from '../../src/db/region-store.js';
import type { Routed, Triage } from '../../src/domain/assigning.js';
import { judge, type Routing } from '../../src/triage/judge.js';

/** What triage makes of a complaint's text and circumstances. */
export async function triageFacts(db: Db, region: RegionView, row: ProcessRow): Promise<Triage> {
  const text = await readText(db, row.textId);
  const { source, campaign } = row;
  // What another system knew of a complaint was decided by people there.
  const given = row.isImported ? row.process : null;
  const judged = judge(region, {
    text,
    source,
    campaign,
    municipality: row.municipalityGiven,
    topic: given?.topic ?? undefined,
  });
  const { found, isSure, municipality } = judged;
  const earlier = await earlierComplaints(db, row, judged.topic, municipality);
  const facts: Triage = {
    ...routedBy(judged),
    ...(!isSure && { agencyId: null, calendar: null }),
    kind: found.kind,
    confidence: found.confidence,
    source: found.source,
    suggestions: found.suggestions,
    municipality,
    spam: found.spam,
    noText: text === '',
    repeatOf: earlier[0] ?? row.process.repeatOf,
    repeats: earlier.length,
  };
  return given === null
    ? facts
    : {
        ...facts,
        agencyId: given.agencyId ?? facts.agencyId,
        kind: given.kind ?? facts.kind,
        ...(given.topic !== null && { source: 'operator', confidence: 1 }),
        // What climbs for repeats would call people for what is past.
        repeats: 0,
      };
}

/** A routing as the process keeps it: by ids and codes. */
export function routedBy({ agency, rule, ...routing }: Routing): Routed {
  return {
    topic: routing.topic,
    topicGroup: routing.topicGroup,
    priority: routing.priority,
    policy: routing.policy,
    agencyId: agency?.id ?? null,
    rule: rule?.code ?? null,
    calendar: agency?.calendar ?? null,
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
