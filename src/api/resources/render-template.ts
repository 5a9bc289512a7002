import express from 'express';
import type { Router } from 'express';
import { renderBody } from '../../contract/region-resources.js';
import { readDetail, type ComplaintDetail } from '../../db/complaints-detail.js';
import type { ComplaintHead } from '../../db/complaints-store.js';
import { findRegionItem } from '../../db/region-items.js';
import type { RegionView } from '../../db/region-store.js';
import type { ReplyTemplate } from '../../domain/region.js';
import {
  FILLED_BY_DESK,
  fillTemplate,
  type PlaceholderValues,
} from '../../domain/reply-template.js';
import { invalid, notFound } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import { visibleComplaint } from '../complaints/access.js';
import type { AppDeps } from '../deps.js';
import { parse } from '../problem.js';

/** POST /templates/{id}/render: a template with the complaint's facts and the caller's words in it; nothing is kept. */
export function templateRoutes(deps: AppDeps): Router {
  const router = express.Router();
  router.post('/templates/:id/render', permit('renderTemplate'), async (req, res) => {
    const { complaint, values } = parse(renderBody, req.body);
    const item = await findRegionItem(deps.pool, 'template', String(req.params.id));
    if (item.retired) {
      throw notFound();
    }
    const template = item.body as unknown as ReplyTemplate;
    const head = await visibleComplaint(deps, callerOf(req), complaint);
    const detail = await readDetail(deps.pool, head.id);
    const known = factsOf(head, detail, await deps.region.current());
    const filled = fillTemplate(template.text, { ...known, ...values });
    if ('missing' in filled) {
      const byDesk: readonly string[] = FILLED_BY_DESK;
      throw invalid(
        filled.missing.map((name) => ({
          path: `values.${name}`,
          message: byDesk.includes(name)
            ? 'the complaint has no such value yet: give one'
            : 'is for you to fill',
        })),
      );
    }
    const { kind, outcome = null } = template;
    res.json({ text: filled.text, kind, outcome, version: item.version });
  });
  return router;
}

function factsOf(
  head: ComplaintHead,
  detail: ComplaintDetail,
  region: RegionView,
): PlaceholderValues {
  const day = new Intl.DateTimeFormat('ru-RU', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: region.settings.zone,
  });
  const due = detail.resolveBy ?? detail.firstReplyBy;
  return {
    number: head.number,
    received: day.format(detail.receivedAt),
    due: due && day.format(due),
    topic: (head.topic && region.topics.get(head.topic)?.name) ?? null,
    municipality: municipalityOf(detail.municipality, region),
    agency: (head.agencyId && region.agencies.get(head.agencyId)?.name) ?? null,
  };
}

/** «Бор» as it is; an adjective needs its noun: «Городецкий муниципальный округ». */
function municipalityOf(code: string | null, region: RegionView): string | null {
  const found = code === null ? undefined : region.municipalities.get(code);
  if (found === undefined) {
    return null;
  }
  return /(?:ий|ый|ой)$/.test(found.name) ? `${found.name} ${found.kind}` : found.name;
}
