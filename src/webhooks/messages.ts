import type { WebhookEvent } from '../contract/webhooks.js';
import type { ProcessRow } from '../db/process-row.js';
import type { RegionView } from '../db/region-store.js';
import type { ChainedEvent } from '../db/timeline.js';
import type { WebhookMessages } from '../db/webhook-messages.js';
import { agencyLine } from '../domain/agency-line.js';
import { listClocks, nearestDue } from '../domain/clocks.js';
import type { Process } from '../domain/process.js';

/**
 * Events of the timeline that are told, and which of their details travel: codes, ids and instants, each named here,
 * so that nothing else can slip in (docs/adr: thin webhooks).
 */
const TOLD: Record<string, { type: WebhookEvent; details: readonly string[] }> = {
  assigned: { type: 'complaint.assigned', details: ['agency', 'executor', 'rule', 'from'] },
  citizen_wrote: { type: 'complaint.citizen_wrote', details: ['route', 'decision'] },
  warned: { type: 'complaint.warned', details: ['clock', 'percent', 'dueAt'] },
  escalated: { type: 'complaint.escalated', details: ['level', 'recipient', 'cause'] },
  returned: { type: 'complaint.returned', details: ['reply'] },
  closed: { type: 'complaint.closed', details: ['closure', 'code', 'reply', 'into', 'intoNumber'] },
};

const iso = (at: number | null | undefined): string | null =>
  at == null ? null : new Date(at).toISOString();

/**
 * What webhooks may be told of new events on a complaint's timeline, and whose webhooks. Each message says where the
 * complaint stands after the step that the event belongs to. Pure work, so that a desk without webhooks pays no query.
 */
export function webhookMessages(
  region: RegionView,
  row: Pick<ProcessRow, 'id' | 'number'>,
  process: Process,
  version: number,
  events: ChainedEvent[],
): WebhookMessages {
  const told = events.filter(({ type }) => type in TOLD);
  if (told.length === 0) {
    return { messages: [], agencies: [] };
  }
  const { agencyId } = process;
  const state = { ...stateOf(region, row, process), version };
  return {
    agencies: agencyId === null ? [] : agencyLine((ref) => region.agencyByRef(ref), agencyId),
    messages: told.map(({ seq, type, at, data }) => {
      const { type: name, details } = TOLD[type]!;
      const timestamp = iso(at);
      const payload = {
        type: name,
        timestamp,
        data: { ...state, seq, event: picked(data, details) },
      };
      return { seq, type: name, payload: JSON.stringify(payload) };
    }),
  };
}

/** A complaint as `GET /complaints/{id}` calls things, without what people wrote and who they are. */
function stateOf(
  region: RegionView,
  { id, number }: Pick<ProcessRow, 'id' | 'number'>,
  process: Process,
): Record<string, unknown> {
  const { status, closureReason, kind, topic, municipality, agencyId, priority, level, clocks } =
    process;
  const agency = agencyId === null ? undefined : region.agencyByRef(agencyId);
  return {
    id,
    number,
    status,
    closureReason,
    kind,
    topic,
    municipality,
    agency:
      agencyId === null
        ? null
        : { id: agencyId, code: agency?.code ?? '', name: agency?.name ?? agencyId },
    priority,
    level,
    clocks: {
      acceptBy: iso(clocks.acceptance?.dueAt),
      firstReplyBy: iso(clocks.first_reply?.dueAt),
      resolveBy: iso(clocks.resolution?.dueAt),
      promisedBy: iso(clocks.promise?.dueAt),
      dueAt: iso(nearestDue(clocks)?.at),
      paused: listClocks(clocks).some(
        (clock) => clock.pausedAt !== null && clock.stoppedAt === null,
      ),
    },
  };
}

/** The details that travel. Instants are epoch ms on the timeline and ISO 8601 on the wire. */
function picked(
  data: Record<string, unknown>,
  details: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    details
      .map((name): [string, unknown] => {
        const value = data[name];
        return [name, name.endsWith('At') && typeof value === 'number' ? iso(value) : value];
      })
      // A text stands on the timeline as an object of id and digest: objects stay here.
      .filter(([, value]) => value !== undefined && typeof value !== 'object'),
  );
}
