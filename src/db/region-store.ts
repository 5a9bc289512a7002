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
import type { Db } from './pool.js';

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
  /** Names the items a classifier is made of, at their versions: while it stays, so may the classifier. */
  wordsKey: string;
}

const WORD_KINDS: RegionKind[] = ['lexicon', 'topic', 'topic_group', 'municipality'];

/** The code of the region that a database is the desk of; null before the first load. */
export async function loadedRegionCode(db: Db): Promise<string | null> {
  const { rows } = await db.query<{ code: string }>(
    "select body ->> 'code' as code from region_items where kind = 'settings' and current",
  );
  return rows[0]?.code ?? null;
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
  const agencies = of<Omit<Agency, 'active'> & { active?: boolean; version: number }>('agency').map(
    (agency) => ({
      ...agency,
      // The API knows no inactive agencies: it retires them.
      active: agency.active ?? true,
    }),
  );
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
    wordsKey: rows
      .filter(({ kind }) => WORD_KINDS.includes(kind))
      .map(({ id, version }) => `${id}@${version}`)
      .join(),
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
