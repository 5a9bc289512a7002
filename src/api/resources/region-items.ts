import express from 'express';
import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import {
  changeOf,
  REGION_PATHS,
  REGION_RESOURCES,
  regionListQuery,
  type RegionPath,
} from '../../contract/region-resources.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import {
  changeRegion,
  countHeld,
  findRegionItem,
  itemIdFor,
  listRegionItems,
  type RegionChange,
  type RegionItem,
} from '../../db/region-items.js';
import { readRegionView } from '../../db/region-store.js';
import type { Db } from '../../db/pool.js';
import { AppError } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { setVersion, versionsWanted } from '../etag.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { checkRegionView } from './region-check.js';

/** What the permission table calls a change of this kind of item: templates belong to the desk's people. */
export const editorsOf = (path: RegionPath): 'editRegion' | 'editTemplates' =>
  path === 'templates' ? 'editTemplates' : 'editRegion';

const place = z.strictObject({ position: z.int(), code: z.string().max(64) });

/** GET, POST, PATCH and DELETE (retire) of every kind of region data. */
export function regionItemRoutes(deps: AppDeps): Router {
  const router = express.Router();
  for (const path of REGION_PATHS) {
    const { list, one, create, change, retire } = new RegionResource(deps, path);
    router.get(`/${path}`, permit('readRegion'), list);
    router.post(`/${path}`, permit(editorsOf(path)), create);
    router.get(`/${path}/:id`, permit('readRegion'), one);
    router.patch(`/${path}/:id`, permit(editorsOf(path)), change);
    router.delete(`/${path}/:id`, permit(editorsOf(path)), retire);
  }
  return router;
}

class RegionResource {
  private readonly kind;
  private readonly bodySchema: z.ZodObject;
  private readonly listQuery;
  private readonly changeBody;

  constructor(
    private readonly deps: AppDeps,
    private readonly path: RegionPath,
  ) {
    this.kind = REGION_RESOURCES[path].kind;
    this.bodySchema = REGION_RESOURCES[path].body;
    this.listQuery = regionListQuery(path);
    this.changeBody = changeOf(path);
  }

  list = async (req: Request, res: Response): Promise<void> => {
    const { cursor, limit, retired, ...filters } = parse(this.listQuery, req.query);
    const digest = queryDigest(callerOf(req).actor, this.path, { ...filters, retired });
    const { topic, agency, ...members }: Record<string, string> = Object.fromEntries(
      Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const view = await this.deps.region.current();
    const { items, total } = await listRegionItems(
      this.deps.pool,
      this.kind,
      {
        members,
        retired,
        topic:
          topic === undefined
            ? undefined
            : { code: topic, group: view.topics.get(topic)?.group ?? null },
        agency: agency === undefined ? undefined : (view.agencyByRef(agency)?.code ?? agency),
      },
      cursor === undefined ? undefined : decodeCursor(cursor, digest, place),
      limit,
    );
    const page = pageFrom(items, limit, digest, ({ position, code }) => ({ position, code }));
    res.json({ items: page.rows.map(this.shown), nextCursor: page.nextCursor, total });
  };

  one = async (req: Request, res: Response): Promise<void> => {
    this.answer(res, await findRegionItem(this.deps.pool, this.kind, String(req.params.id)));
  };

  create = async (req: Request, res: Response): Promise<void> => {
    const body = parse(this.bodySchema, req.body);
    const code = String(body.code);
    const id = resourceIdOf(req);
    await this.write(code, async (db) => {
      const before = await findRegionItem(db, this.kind, code).catch(orNull);
      // Made by an earlier try of this very call.
      return before?.id === id
        ? null
        : { kind: this.kind, before, id: itemIdFor(before, id), code, body, retired: false };
    });
    const made = await findRegionItem(this.deps.pool, this.kind, code);
    res.setHeader('Location', `${req.baseUrl}/${this.path}/${made.id}`);
    this.answer(res.status(201), made);
  };

  change = async (req: Request, res: Response): Promise<void> => {
    const changes = parse(this.changeBody, req.body);
    const found = await findRegionItem(this.deps.pool, this.kind, String(req.params.id));
    await this.write(found.code, async (db) => {
      const before = await this.matching(db, req, found.id);
      const merged = Object.entries({ ...this.members(before), ...changes }).filter(
        ([, value]) => value !== null,
      );
      const body = {
        ...this.unknown(before),
        ...parse(this.bodySchema, Object.fromEntries(merged)),
      };
      return { kind: this.kind, before, id: before.id, code: before.code, body, retired: false };
    });
    this.answer(res, await findRegionItem(this.deps.pool, this.kind, found.id));
  };

  retire = async (req: Request, res: Response): Promise<void> => {
    const found = await findRegionItem(this.deps.pool, this.kind, String(req.params.id));
    await this.write(found.code, async (db) => {
      const before = await this.matching(db, req, found.id);
      if (before.retired) {
        return null;
      }
      const held = this.kind === 'agency' ? await countHeld(db, before.id) : 0;
      if (held > 0) {
        throw new AppError(
          'conflict',
          `The agency holds ${held} open complaints: hand them over first.`,
        );
      }
      return {
        kind: this.kind,
        before,
        id: before.id,
        code: before.code,
        body: before.body,
        retired: true,
      };
    });
    res.status(204).end();
  };

  /** The item under the region's lock, at a version that `If-Match` allows. */
  private async matching(db: Db, req: Request, id: string): Promise<RegionItem> {
    const item = await findRegionItem(db, this.kind, id);
    const wanted = versionsWanted(req);
    if (wanted !== null && !wanted.includes(item.version)) {
      throw new AppError('stale_version', `The item is at version ${item.version} now.`, {
        version: item.version,
      });
    }
    return item;
  }

  private async write(
    code: string,
    decide: (db: Db) => Promise<RegionChange | null>,
  ): Promise<void> {
    await changeRegion(this.deps.pool, decide, async (db) => {
      checkRegionView(await readRegionView(db), this.kind, code);
    });
    this.deps.region.invalidate();
  }

  private answer(res: Response, item: RegionItem): void {
    setVersion(res, item.version);
    res.json(this.shown(item));
  }

  private shown = (item: RegionItem): object => ({
    id: item.id,
    version: item.version,
    retired: item.retired,
    ...this.members(item),
  });

  /** What the files say and the contract does not know; it stays. */
  private unknown({ body }: RegionItem): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(body).filter(([name]) => !(name in this.bodySchema.shape)),
    );
  }

  /** The body's members that the contract knows; a stored body may keep more. */
  private members({ code, body }: RegionItem): Record<string, unknown> {
    const stored: Record<string, unknown> = { ...body, code };
    const names = Object.keys(this.bodySchema.shape).filter((name) => stored[name] !== undefined);
    return Object.fromEntries(names.map((name) => [name, stored[name]]));
  }
}

function orNull(error: unknown): null {
  if (error instanceof AppError && error.code === 'not_found') {
    return null;
  }
  throw error;
}
