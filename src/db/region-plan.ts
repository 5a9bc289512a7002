import { createHash } from 'node:crypto';
import type { Region } from '../domain/region.js';
import type { RegionKind } from './region-store.js';
import { canonicalJson } from './timeline.js';

/** An item of the region at its newest version. */
export interface StoredItem {
  id: string;
  kind: RegionKind;
  code: string;
  version: number;
  position: number;
  retired: boolean;
  file_digest: string | null;
  body: object;
}

/** An item's next version. */
export interface NewVersion {
  kind: RegionKind;
  code: string;
  position: number;
  /** null: the body of the version before. */
  body: object | null;
  before: StoredItem | undefined;
  digest: string | null;
  retired: boolean;
  /** Members that differ from the version before. */
  fields: string[];
}

/** What a load changes in one kind of item. */
export interface KindPlan {
  kind: RegionKind;
  added: string[];
  /** `losesEdit`: it was edited through the API since, and the files say something else now. */
  changed: { code: string; fields: string[]; losesEdit: boolean }[];
  removed: string[];
  /** Only their place in the order is another. */
  moved: string[];
  /** Edited through the API and unchanged in the files: they stay as they are. */
  keptEdits: { code: string; fields: string[] }[];
}

export interface RegionPlan {
  versions: NewVersion[];
  /** Items of which the place in the order alone is another: that makes no version. */
  moved: NewVersion[];
  /** Only kinds in which something is to be told. */
  kinds: KindPlan[];
}

interface Item {
  kind: RegionKind;
  code: string;
  position: number;
  body: object;
}

/** Compares a region's files with what is stored: by what each item's file said when it was last loaded. */
export function planLoad(stored: StoredItem[], region: Region): RegionPlan {
  const left = new Map(stored.map((item) => [`${item.kind} ${item.code}`, item]));
  const plan = new Map<RegionKind, KindPlan>();
  const planOf = (kind: RegionKind): KindPlan => {
    const found = plan.get(kind) ?? {
      kind,
      added: [],
      changed: [],
      removed: [],
      moved: [],
      keptEdits: [],
    };
    plan.set(kind, found);
    return found;
  };
  const versions: NewVersion[] = [];
  const moved: NewVersion[] = [];
  for (const item of itemsOf(region)) {
    const { kind, code } = item;
    const before = left.get(`${kind} ${code}`);
    left.delete(`${kind} ${code}`);
    const digest = digestOf(item);
    const fields = before === undefined ? [] : differing(before, item);
    if (before?.file_digest !== digest) {
      const version = { ...item, before, digest, retired: false, fields };
      const isNew = before === undefined || before.retired;
      const isMoved = !isNew && fields.every((field) => field === 'position');
      (isMoved ? moved : versions).push(version);
      if (isNew) planOf(kind).added.push(code);
      else if (isMoved) planOf(kind).moved.push(code);
      else planOf(kind).changed.push({ code, fields, losesEdit: isEdited(before) });
    } else if (before.retired) planOf(kind).keptEdits.push({ code, fields: ['retired'] });
    else if (fields.length > 0) planOf(kind).keptEdits.push({ code, fields });
  }
  for (const gone of left.values()) {
    // Items that never came from a file belong to the API.
    if (gone.file_digest === null || gone.retired) continue;
    const retired = { position: 0, body: null, before: gone, digest: null, retired: true };
    versions.push({ kind: gone.kind, code: gone.code, ...retired, fields: [] });
    planOf(gone.kind).removed.push(gone.code);
  }
  return { versions, moved, kinds: [...plan.values()] };
}

function digestOf({ position, body }: Pick<Item, 'position' | 'body'>): string {
  return createHash('sha256')
    .update(canonicalJson([position, body]))
    .digest('base64url');
}

function isEdited(before: StoredItem): boolean {
  return before.file_digest !== digestOf(before);
}

/** Members of the bodies, a level down where both are objects (`years.2027`), and the place in the order. */
function differing(before: StoredItem, item: Item): string[] {
  const place = before.position === item.position ? [] : ['position'];
  return [...new Set([...differences(before.body, item.body), ...place])];
}

function differences(old: object, now: object, depth = 0): string[] {
  const [was, is] = [old as Record<string, unknown>, now as Record<string, unknown>];
  const names = Array.isArray(old) || Array.isArray(now) ? [] : Object.keys({ ...was, ...is });
  if (names.length === 0) return canonicalJson(old) === canonicalJson(now) ? [] : ['items'];
  return names.flatMap((name) => {
    const [a, b] = [was[name], is[name]];
    if (canonicalJson(a ?? null) === canonicalJson(b ?? null)) return [];
    const isNested = depth === 0 && isPlain(a) && isPlain(b);
    return isNested ? differences(a, b, 1).map((inner) => `${name}.${inner}`) : [name];
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
