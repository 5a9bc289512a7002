import { createHash } from 'node:crypto';
import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import type {
  Agency,
  Ladder,
  Lexicon,
  Municipality,
  PriorityRule,
  Region,
  ReplyTemplate,
  RoutingRule,
  SlaPolicy,
  Topic,
  TopicGroup,
} from '../domain/region.js';
import type { CalendarSpec } from '../domain/working-calendar.js';
import { inTransaction, type Db } from './pool.js';
import { canonicalJson } from './timeline.js';

export type RegionKind =
  | 'settings'
  | 'agency'
  | 'topic_group'
  | 'topic'
  | 'municipality'
  | 'routing_rule'
  | 'priority_rules'
  | 'sla_policy'
  | 'calendar'
  | 'ladder'
  | 'lexicon'
  | 'template';

type Settings = Pick<Region, 'code' | 'name' | 'zone' | 'confidenceThreshold' | 'defaults'>;

interface Item {
  kind: RegionKind;
  code: string;
  position: number;
  body: object;
}

/** A region's data as it stands in the database at one revision. */
export interface RegionView {
  revision: number;
  settings: Settings;
  agencies: Map<string, Agency & { version: number }>;
  agencyByRef(idOrCode: string): (Agency & { version: number }) | undefined;
  topics: Map<string, Topic>;
  topicGroups: Map<string, TopicGroup>;
  municipalities: Map<string, Municipality>;
  rules: RoutingRule[];
  priorityRules: PriorityRule[];
  policies: Map<string, SlaPolicy>;
  calendars: Map<string, CalendarSpec>;
  ladders: Map<string, Ladder>;
  lexicon: Lexicon;
  templates: Map<string, ReplyTemplate>;
}

/**
 * Writes a region that was read from files: an item whose file text changed gets a new version, one
 * that is gone is retired, all others (also those edited through the API since) stay.
 * @returns how many items were written.
 */
export async function loadRegion(pool: pg.Pool, region: Region): Promise<{ changed: number }> {
  const items = itemsOf(region);
  return inTransaction(pool, async (db) => {
    // Two starting processes take turns, and the revision moves once for both.
    await db.query('select revision from region_revision for update');
    const { rows } = await db.query<StoredItem>(
      'select id, kind, code, version, retired, file_digest from region_items where current',
    );
    const stored = new Map(rows.map((row) => [`${row.kind} ${row.code}`, row]));
    const changed: NewVersion[] = [];
    for (const item of items) {
      const key = `${item.kind} ${item.code}`;
      const before = stored.get(key);
      stored.delete(key);
      const digest = createHash('sha256')
        .update(canonicalJson([item.position, item.body]))
        .digest('base64url');
      if (before?.file_digest !== digest) {
        changed.push({ ...item, before, digest, retired: false });
      }
    }
    for (const gone of stored.values()) {
      // Items that never came from a file belong to the API.
      if (gone.file_digest !== null && !gone.retired) {
        changed.push({
          ...gone,
          position: 0,
          body: null,
          before: gone,
          digest: null,
          retired: true,
        });
      }
    }
    await writeVersions(db, changed);
    return { changed: changed.length };
  });
}

interface StoredItem {
  id: string;
  kind: RegionKind;
  code: string;
  version: number;
  retired: boolean;
  file_digest: string | null;
}

interface NewVersion {
  kind: RegionKind;
  code: string;
  position: number;
  /** null: the body of the version before. */
  body: object | null;
  before: StoredItem | undefined;
  digest: string | null;
  retired: boolean;
}

async function writeVersions(db: Db, items: NewVersion[]): Promise<void> {
  if (items.length === 0) {
    return;
  }
  const column = <T>(pick: (item: NewVersion) => T): T[] => items.map(pick);
  await db.query(
    `with old as (
       update region_items set current = false
       where current and (kind, code) in (select * from unnest($1::text[], $2::text[]))
       returning kind, code, body)
     insert into region_items (id, kind, code, version, position, body, retired, file_digest)
     select n.id, n.kind, n.code, n.version, n.position, coalesce(n.body::jsonb, old.body), n.retired, n.digest
     from unnest($3::uuid[], $1::text[], $2::text[], $4::int[], $5::int[], $6::text[], $7::bool[], $8::text[])
       as n (id, kind, code, version, position, body, retired, digest)
     left join old on old.kind = n.kind and old.code = n.code`,
    [
      column((i) => i.kind),
      column((i) => i.code),
      column((i) => i.before?.id ?? uuid()),
      column((i) => (i.before?.version ?? 0) + 1),
      column((i) => i.position),
      column((i) => (i.body === null ? null : JSON.stringify(i.body))),
      column((i) => i.retired),
      column((i) => i.digest),
    ],
  );
  await db.query('update region_revision set revision = revision + 1');
}

function itemsOf(region: Region): Item[] {
  const { code, name, zone, confidenceThreshold, defaults } = region;
  const listed = (kind: RegionKind, values: { code: string }[]): Item[] =>
    values.map((body, position) => ({ kind, code: body.code, position, body }));
  return [
    {
      kind: 'settings',
      code: 'region',
      position: 0,
      body: { code, name, zone, confidenceThreshold, defaults },
    },
    { kind: 'priority_rules', code: 'priority', position: 0, body: region.priorityRules },
    { kind: 'lexicon', code: 'lexicon', position: 0, body: region.lexicon },
    ...listed('agency', region.agencies),
    ...listed('topic_group', region.topicGroups),
    ...listed('topic', region.topics),
    ...listed('municipality', region.municipalities),
    ...listed('routing_rule', region.routingRules),
    ...listed('sla_policy', region.policies),
    ...listed('calendar', region.calendars),
    ...listed('ladder', region.ladders),
    ...listed('template', region.templates),
  ];
}

/** Reads the current region. @throws Error when none is loaded. */
export async function readRegionView(db: Db): Promise<RegionView> {
  const { rows } = await db.query<{
    id: string;
    kind: RegionKind;
    code: string;
    version: number;
    body: object;
    revision: number;
  }>(
    `select id, kind, code, version, body, (select revision from region_revision) as revision
     from region_items where current and not retired order by kind, position, code`,
  );
  const of = <T>(kind: RegionKind): T[] =>
    rows
      .filter((row) => row.kind === kind)
      .map((row) => ({ ...row.body, id: row.id, version: row.version }) as T);
  const one = <T>(kind: RegionKind): T | undefined =>
    rows.find((row) => row.kind === kind)?.body as T;
  const byCode = <T extends { code: string }>(values: T[]): Map<string, T> =>
    new Map(values.map((value) => [value.code, value]));
  const settings = one<Settings>('settings');
  if (settings === undefined) {
    throw new Error('no region is loaded: run `otklik migrate`');
  }
  const agencies = of<Agency & { version: number }>('agency').map((agency) => ({
    ...agency,
    active: true,
  }));
  const agenciesByCode = byCode(agencies);
  const agenciesById = new Map(agencies.map((agency) => [agency.id, agency]));
  return {
    revision: rows[0]!.revision,
    settings,
    agencies: agenciesById,
    agencyByRef: (ref) => agenciesById.get(ref) ?? agenciesByCode.get(ref),
    topics: byCode(of<Topic>('topic')),
    topicGroups: byCode(of<TopicGroup>('topic_group')),
    municipalities: byCode(of<Municipality>('municipality')),
    rules: of<RoutingRule>('routing_rule').sort((a, b) => a.position - b.position),
    priorityRules: one<PriorityRule[]>('priority_rules') ?? [],
    policies: byCode(of<SlaPolicy>('sla_policy')),
    calendars: byCode(of<CalendarSpec>('calendar')),
    ladders: byCode(of<Ladder>('ladder')),
    lexicon: one<Lexicon>('lexicon') ?? {
      entries: [],
      kinds: { question: [], proposal: [], thanks: [] },
      spam: [],
    },
    templates: byCode(of<ReplyTemplate>('template')),
  };
}

/** A process's copy of the region, read again when its revision has moved; asks at most once a second. */
export class RegionCache {
  private view: RegionView | undefined;
  private checkedAt = 0;
  private reading: Promise<RegionView> | undefined;

  constructor(private readonly db: Db) {}

  async current(): Promise<RegionView> {
    if (this.view !== undefined && Date.now() - this.checkedAt < 1_000) {
      return this.view;
    }
    this.reading ??= this.refresh().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** The next `current()` asks the database, whatever the time. */
  invalidate(): void {
    this.checkedAt = 0;
  }

  private async refresh(): Promise<RegionView> {
    if (this.view !== undefined) {
      const { rows } = await this.db.query<{ revision: number }>(
        'select revision from region_revision',
      );
      if (rows[0]?.revision === this.view.revision) {
        this.checkedAt = Date.now();
        return this.view;
      }
    }
    this.view = await readRegionView(this.db);
    this.checkedAt = Date.now();
    return this.view;
  }
}
