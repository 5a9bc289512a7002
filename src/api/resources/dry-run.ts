import express from 'express';
import type { Router } from 'express';
import type { z } from 'zod';
import { dryRunBody, type DryRunResult } from '../../contract/region-resources.js';
import type { RegionView } from '../../db/region-store.js';
import type { Allowance, SlaPolicy } from '../../domain/region.js';
import { dueFrom } from '../../domain/working-time.js';
import { invalid } from '../../errors.js';
import { calendarOf } from '../../triage/calendar-of.js';
import { judge } from '../../triage/judge.js';
import { permit } from '../auth.js';
import { worldNow, type AppDeps } from '../deps.js';
import { parse } from '../problem.js';

/** POST /routing-rules/dry-run: what triage would make of a text now; nothing is written or kept. */
export function dryRunRoutes(deps: AppDeps): Router {
  const router = express.Router();
  router.post('/routing-rules/dry-run', permit('dryRunRouting'), async (req, res) => {
    const body = parse(dryRunBody, req.body);
    res.json(dryRun(await deps.region.current(), body, worldNow(deps)));
  });
  return router;
}

function dryRun(view: RegionView, body: z.output<typeof dryRunBody>, now: number): DryRunResult {
  requireKnown(view, body);
  const { text, source, topic } = body;
  const campaign = body.campaign ?? null;
  const judged = judge(view, {
    text,
    source,
    campaign,
    topic,
    municipality: body.municipality ?? null,
  });
  const { found, isSure, agency, rule, policy } = judged;
  return {
    kind: found.kind,
    spam: found.spam,
    topic: topic ?? found.topic,
    confidence: topic === undefined ? found.confidence : 1,
    triage: !isSure || agency === null,
    suggestions: found.suggestions,
    municipality: judged.municipality,
    agency: isSure && agency ? { id: agency.id, name: agency.name, code: agency.code } : null,
    rule: rule && ruleRef(rule),
    priority: judged.priority,
    policy: { code: policy.code, version: policy.version },
    dues: duesOf(view, policy, agency?.calendar ?? null, now),
  };
}

const ruleRef = ({
  code,
  position,
  version,
}: {
  code: string;
  position: number;
  version: number;
}) => ({
  code,
  position,
  version,
});

function requireKnown(
  view: RegionView,
  { topic, municipality }: z.output<typeof dryRunBody>,
): void {
  const fields = [
    ...(topic === undefined || view.topics.has(topic)
      ? []
      : [{ path: 'topic', message: 'is not a topic' }]),
    ...(municipality === undefined || view.municipalities.has(municipality)
      ? []
      : [{ path: 'municipality', message: 'is not a municipality' }]),
  ];
  if (fields.length > 0) {
    throw invalid(fields);
  }
}

function duesOf(
  view: RegionView,
  policy: SlaPolicy,
  calendarCode: string | null,
  now: number,
): DryRunResult['dues'] {
  const calendar = calendarOf(view, calendarCode);
  const due = (allowance: Allowance | undefined) => {
    if (allowance === undefined) return null;
    const { at, provisional } = dueFrom(calendar, now, allowance);
    return { at: new Date(at).toISOString(), provisional };
  };
  return {
    acceptBy: due(policy.acceptance),
    firstReplyBy: due(policy.firstReply),
    resolveBy: due(policy.resolution),
  };
}
