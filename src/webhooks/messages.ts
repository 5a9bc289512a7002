import type { WebhookEvent } from '../contract/webhooks.js';
import type { ProcessRow } from '../db/process-row.js';
import type { RegionView } from '../db/region-store.js';
import type { ChainedEvent } from '../db/timeline.js';
import type { WebhookMessage } from '../db/webhook-messages.js';
import { agencyLine } from '../domain/agency-line.js';
import { listClocks, nearestDue } from '../domain/clocks.js';
import type { Process } from '../domain/process.js';

/**
 * Events of the timeline that are told, and which of their details travel: codes, ids and instants, each named here,
 * so that nothing else can slip in (docs/adr: thin webhooks).
 */
const TOLD: Record<string, { type: WebhookEvent; details: readonly string[] }> = {
  assigned: { type: 'complaint.assigned', details: ['agency', 'executor', 'rule'] },
  citizen_wrote: { type: 'complaint.citizen_wrote', details: ['route', 'decision'] },
  warned: { type: 'complaint.warned', details: ['clock', 'percent', 'dueAt'] },
  escalated: { type: 'complaint.escalated', details: ['level', 'recipient', 'cause'] },
  returned: { type: 'complaint.returned', details: ['reply'] },
  closed: { type: 'complaint.closed', details: ['closure', 'code', 'reply', 'into', 'intoNumber'] },
};

const iso = (at: number | null | undefined): string | null =>
  at == null ? null : new Date(at).toISOString();

/** The events by which a complaint leaves an agency. */
const MOVES = ['assigned', 'handed_over'];

/** A step as webhooks are told of it. */
interface Told {
  row: Pick<ProcessRow, 'id' | 'number'>;
  /** The agency that held the complaint before. */
  from: string | null;
  /** As it stands after the step. */
  process: Process;
  version: number;
  events: ChainedEvent[];
}

/**
 * What webhooks may be told of new events on a complaint's timeline: each message says where the complaint stands
 * after the step that the event belongs to. Pure work, so that a desk without webhooks pays no query.
 */
export function webhookMessages(region: RegionView, step: Told): WebhookMessage[] {
  const { row, process, version, events } = step;
  const told = events.filter(({ type }) => type in TOLD);
  const holders = lineOf(region, process.agencyId);
  const moved = movedMessage(region, step, holders);
  if (told.length === 0) {
    return moved;
  }
  const state = { ...stateOf(region, row, process), version };
  const messages = told.map(({ seq, type: event, at, data }) => {
    const { type, details } = TOLD[event]!;
    const payload = {
      type,
      timestamp: iso(at),
      data: { ...state, seq, event: picked(data, details) },
    };
    return { seq, type, payload: JSON.stringify(payload), agencies: holders, toDesk: true };
  });
  return [...messages, ...moved];
}

const lineOf = (region: RegionView, agencyId: string | null): string[] =>
  agencyId === null ? [] : agencyLine((ref) => region.agencyByRef(ref), agencyId);

/** Those who held the complaint and do no longer learn that, and nothing of where it is now. */
function movedMessage(
  region: RegionView,
  { row: { id, number }, from, process, version, events }: Told,
  holders: string[],
): WebhookMessage[] {
  if (from === null || from === process.agencyId) {
    return [];
  }
  const agencies = lineOf(region, from).filter((agency) => !holders.includes(agency));
  const event = events.find(({ type }) => MOVES.includes(type)) ?? events.at(-1);
  if (agencies.length === 0 || event === undefined) {
    return [];
  }
  const { seq } = event;
  const type: WebhookEvent = 'complaint.moved';
  const payload = { type, timestamp: iso(event.at), data: { id, number, version, seq } };
  return [{ seq, type, payload: JSON.stringify(payload), agencies, toDesk: false }];
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
