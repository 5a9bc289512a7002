import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import type { Region } from '../domain/region.js';
import { inTransaction, type Db } from './pool.js';
import { planLoad, type NewVersion, type RegionPlan, type StoredItem } from './region-plan.js';
import { readRegionView, type RegionView } from './region-store.js';
import { findTouched, heldAgencies, type Touched } from './region-touched.js';

/** A load that was refused; `message` says why and what to do. Nothing was written. */
export class RegionLoadError extends Error {
  override name = 'RegionLoadError';
}

export interface LoadOptions {
  /** Writes nothing and refuses nothing: what would be refused is told. */
  dryRun?: boolean;
  /** Agencies that hold open complaints stay, with those above them, until a later load finds them idle. */
  keepBusy?: boolean;
  /** Throws when the region as it would then stand, edits through the API included, may not be so. */
  check?: (view: RegionView) => void;
}

/** What a load did, or would do. */
export interface RegionLoad {
  /** Versions written; items of which the place in the order alone moved are not among them. */
  changed: number;
  kinds: RegionPlan['kinds'];
  touched: Touched[];
  /** Codes of agencies that are gone from the files and stay, since they hold open complaints. */
  kept: string[];
  /** Why the load is refused; a dry run alone gives it back. */
  refusal: string | null;
}

/**
 * Writes a region that was read from files, in one transaction: an item whose file text changed gets a new version,
 * one that is gone is retired, all others (also those edited through the API since) stay.
 * @throws RegionLoadError when an agency that goes still holds open complaints, and what `check` throws.
 */
export async function loadRegion(
  pool: pg.Pool,
  region: Region,
  { dryRun = false, keepBusy = false, check }: LoadOptions = {},
): Promise<RegionLoad> {
  const loaded = await inTransaction(pool, async (db) => {
    // Two starting processes take turns, and the revision moves once for both.
    await db.query('select revision from region_revision for update');
    const { rows: stored } = await db.query<StoredItem>(
      'select id, kind, code, version, position, retired, file_digest, body from region_items where current',
    );
    const plan = planLoad(stored, region);
    const leaving = plan.versions.flatMap(({ kind, retired, before }) =>
      kind === 'agency' && retired && before ? [before] : [],
    );
    const held = await heldAgencies(db, leaving);
    const kept = keepBusy ? withParents(leaving, held) : [];
    const versions = plan.versions.filter(
      ({ kind, code, retired }) => !(kind === 'agency' && retired && kept.includes(code)),
    );
    const touched = await findTouched(db, versions);
    let refusal = keepBusy || held.size === 0 ? null : heldText(held);
    if (refusal === null) {
      await writeVersions(db, versions);
      await movePlaces(db, plan.moved);
      if (versions.length + plan.moved.length > 0) {
        await db.query('update region_revision set revision = revision + 1');
      }
      refusal = await refusalOf(async () => {
        if (check !== undefined) check(withoutAgencies(await readRegionView(db), kept));
      });
    }
    const result = { changed: versions.length, kinds: plan.kinds, touched, kept, refusal };
    if (dryRun || refusal !== null) throw new Undone(result);
    return result;
  }).catch((error: unknown) => {
    if (error instanceof Undone) return error.result;
    throw error;
  });
  if (loaded.refusal !== null && !dryRun)
    throw new RegionLoadError(`The region was not loaded. ${loaded.refusal}`);
  return loaded;
}

/** Those that only stay until they are idle may point to what has gone already. */
function withoutAgencies(view: RegionView, codes: string[]): RegionView {
  const staying = [...view.agencies].filter(([, { code }]) => !codes.includes(code));
  return { ...view, agencies: new Map(staying) };
}

/** Rolls the transaction back and carries what it found out. */
class Undone extends Error {
  constructor(readonly result: RegionLoad) {
    super('rolled back');
  }
}

async function refusalOf(check: () => Promise<void>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function heldText(held: Map<string, { count: number; numbers: string[] }>): string {
  const lines = [...held].map(
    ([code, { count, numbers }]) =>
      `  agency "${code}" is gone from the files and holds ${count} open complaint(s): ${numbers.join(', ')}`,
  );
  return `Open complaints would be left with nobody:\n${lines.join('\n')}\nHand them over first, or load with --keep-busy: such agencies then stay until they hold none.`;
}

/** A kept department needs the agencies above it. */
function withParents(leaving: StoredItem[], held: Map<string, unknown>): string[] {
  const parentOf = new Map(
    leaving.map(({ code, body }) => [code, (body as { parent?: string }).parent]),
  );
  const kept = new Set<string>();
  for (const code of held.keys()) {
    for (let at: string | undefined = code; at !== undefined && parentOf.has(at);) {
      kept.add(at);
      at = parentOf.get(at);
    }
  }
  return [...kept];
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
}

/** A rule put in between moves all after it: what those say, and so their versions, stays. */
async function movePlaces(db: Db, items: NewVersion[]): Promise<void> {
  if (items.length === 0) {
    return;
  }
  await db.query(
    `update region_items i set position = n.position, body = n.body::jsonb, file_digest = n.digest
     from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[]) as n (kind, code, position, body, digest)
     where i.current and i.kind = n.kind and i.code = n.code`,
    [
      items.map(({ kind }) => kind),
      items.map(({ code }) => code),
      items.map(({ position }) => position),
      items.map(({ body }) => JSON.stringify(body)),
      items.map(({ digest }) => digest),
    ],
  );
}
