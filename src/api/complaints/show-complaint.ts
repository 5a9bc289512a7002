import type { Complaint } from '../../contract/complaints.js';
import { iso } from '../../contract/primitives.js';
import type { ComplaintDetail, ReplyDetail } from '../../db/complaints-detail.js';
import type { ComplaintHead } from '../../db/complaints-store.js';
import type { RegionView } from '../../db/region-store.js';
import { allowedIn, placeOf } from '../../domain/transitions.js';
import { complaintWorkflowId } from '../../temporal/names.js';
import type { Sign } from '../attachments/files.js';
import { showAttachment } from '../attachments/show.js';
import type { AppDeps } from '../deps.js';
import { agencyShown } from '../resources/own-agencies.js';
import { showClocks } from './show-clocks.js';
import { showState } from './show-state.js';

const SUGGESTIONS_MAX = 5;

// PostgreSQL writes instants inside of JSON with an offset.
const instant = (text: string | null): string | null => text && new Date(text).toISOString();

function showReply(reply: ReplyDetail, sign: Sign): Complaint['replies'][number] {
  return {
    ...reply,
    status: reply.state,
    promisedAt: instant(reply.promisedAt),
    createdAt: instant(reply.createdAt),
    approvedAt: instant(reply.approvedAt),
    publishedAt: instant(reply.publishedAt),
    attachments: reply.attachments.map((row) => showAttachment(row, sign)),
  } as Complaint['replies'][number];
}

function showAuthor(detail: ComplaintDetail): Complaint['author'] {
  const { authorName: name, authorHandle: handle, authorContact: contact } = detail;
  return name === null && handle === null && contact === null ? null : { name, handle, contact };
}

function linksOf(
  { publicUrl, TEMPORAL_UI_URL, TEMPORAL_NAMESPACE }: AppDeps['config'],
  { id, number }: ComplaintHead,
  trackToken: string,
): Complaint['links'] {
  const self = `${publicUrl}/api/v1/complaints/${id}`;
  return {
    self,
    timeline: `${self}/timeline`,
    track: `${publicUrl}/track/${trackToken}`,
    temporal:
      TEMPORAL_UI_URL === undefined
        ? null
        : `${TEMPORAL_UI_URL.replace(/\/$/, '')}/namespaces/${encodeURIComponent(TEMPORAL_NAMESPACE)}/workflows/${encodeURIComponent(complaintWorkflowId(number))}`,
  };
}

/** A complaint whole, as staff see it. */
export function showComplaint(
  config: AppDeps['config'],
  head: ComplaintHead,
  detail: ComplaintDetail,
  region: RegionView,
  sign: Sign,
): Complaint {
  const { process, lat, lon } = detail;
  return {
    ...showState(head, region),
    topicName: (head.topic && region.topics.get(head.topic)?.name) ?? null,
    topicGroup: detail.topicGroup,
    confidence: detail.confidence,
    topicSource: detail.topicSource,
    suggestions: (process.suggestions ?? []).slice(0, SUGGESTIONS_MAX),
    coExecutors: head.coExecutors.flatMap((id) => agencyShown(region, id) ?? []),
    municipality: detail.municipality,
    municipalityName:
      (detail.municipality && region.municipalities.get(detail.municipality)?.name) ?? null,
    rule: detail.rule,
    policy: process.policy ? { code: process.policy.code, version: process.policy.version } : null,
    clocks: showClocks(detail, region),
    source: detail.source as Complaint['source'],
    externalId: detail.externalId,
    text: detail.text,
    author: showAuthor(detail),
    url: detail.url,
    address: detail.address,
    location: lat === null || lon === null ? null : { lat, lon },
    origin: detail.origin as Complaint['origin'],
    visibility: detail.visibility as Complaint['visibility'],
    receivedAt: detail.receivedAt.toISOString(),
    postedAt: iso(detail.postedAt),
    closedAt: iso(detail.closedAt),
    campaign: detail.campaign,
    sourceLabels: detail.sourceLabels,
    imported: detail.imported && { ...detail.imported, at: instant(detail.imported.at) ?? '' },
    repeatOf: detail.repeatOf,
    mergedInto: detail.mergedInto,
    parent: detail.parent,
    allowed: allowedIn(placeOf(head.status, head.closureReason)),
    replies: detail.replies.map((reply) => showReply(reply, sign)),
    attachments: detail.attachments.map((row) => showAttachment(row, sign)),
    extensions: detail.extensions.map((extension) => ({
      ...extension,
      until: instant(extension.until),
      createdAt: instant(extension.createdAt),
      decidedAt: instant(extension.decidedAt),
    })) as Complaint['extensions'],
    ratings: detail.ratings.map((rating) => ({
      ...rating,
      createdAt: new Date(rating.createdAt).toISOString(),
    })),
    links: linksOf(config, head, detail.trackToken),
  };
}
