import express from 'express';
import type { Router } from 'express';
import type { z } from 'zod';
import { createTriageClassifier, type TriageClassifier } from '../../classifier/index.js';
import { dryRunBody, type DryRunResult } from '../../contract/region-resources.js';
import type { RegionView } from '../../db/region-store.js';
import { priorityOf } from '../../domain/priority.js';
import type { Allowance, SlaPolicy } from '../../domain/region.js';
import { route } from '../../domain/routing.js';
import { dueFrom, openCalendar } from '../../domain/working-time.js';
import { invalid } from '../../errors.js';
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

const classifiers = new WeakMap<RegionView, TriageClassifier>();

/** The classifier of a region as it was read; made once for each reading. */
function classifierOf(view: RegionView): TriageClassifier {
  const made =
    classifiers.get(view) ??
    createTriageClassifier({
      lexicon: view.lexicon,
      topics: [...view.topics.values()],
      topicGroups: [...view.topicGroups.values()],
      municipalities: [...view.municipalities.values()],
    });
  classifiers.set(view, made);
  return made;
}

function dryRun(view: RegionView, body: z.output<typeof dryRunBody>, now: number): DryRunResult {
  const { text, source } = body;
  requireKnown(view, body);
  const found = classifierOf(view).classify(text);
  const sure =
    body.topic !== undefined ||
    (found.topic !== null && found.confidence >= view.settings.confidenceThreshold && !found.spam);
  const topic = body.topic ?? (sure ? found.topic : null);
  const known = topic === null ? undefined : view.topics.get(topic);
  const municipality = body.municipality ?? classifierOf(view).findMunicipality(text).municipality;
  const campaign = body.campaign ?? null;
  const routed = route(
    view.rules,
    { topic, group: known?.group ?? null, municipality, source, campaign, text },
    [...view.agencies.values()],
  );
  const urgency = priorityOf(
    view.priorityRules,
    { topic, severity: known?.severity ?? null, source, text },
    view.settings.defaults.policy,
  );
  const agency = routed === null ? undefined : view.agencyByRef(routed.agency);
  const policy = policyOf(view, urgency.policy);
  return {
    kind: found.kind,
    spam: found.spam,
    topic: body.topic ?? found.topic,
    confidence: body.topic === undefined ? found.confidence : 1,
    triage: !sure || agency === undefined,
    suggestions: found.suggestions,
    municipality,
    agency: sure && agency ? { id: agency.id, name: agency.name, code: agency.code } : null,
    rule: routed && ruleRef(routed.rule),
    priority: urgency.priority,
    policy: { code: policy.code, version: policy.version },
    dues: duesOf(view, policy, agency?.calendar, now),
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

function policyOf(view: RegionView, code: string): SlaPolicy {
  const policy = view.policies.get(code) ?? view.policies.get(view.settings.defaults.policy);
  if (policy === undefined) {
    throw new Error(`the region has no policy ${code}`);
  }
  return policy;
}

function duesOf(
  view: RegionView,
  policy: SlaPolicy,
  calendarCode: string | undefined,
  now: number,
): DryRunResult['dues'] {
  const spec =
    view.calendars.get(calendarCode ?? '') ?? view.calendars.get(view.settings.defaults.calendar);
  if (spec === undefined) {
    throw new Error('the region has no default calendar');
  }
  const calendar = openCalendar(spec);
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
