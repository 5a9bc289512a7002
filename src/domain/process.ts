import type { Clocks } from './clocks.js';
import { nextInstant } from './clocks.js';
import type { ComplaintKind, TextRef } from './commands.js';
import type { Agency, Ladder, LadderRecipient, Priority, SlaPolicy } from './region.js';
import {
  allowedIn,
  isAllowed,
  placeOf,
  type ClosureReason,
  type Command,
  type RejectCode,
  type Status,
} from './transitions.js';
import { nextClimbAt } from './ladder.js';
import type { WorkingCalendar } from './working-time.js';

/** Where a complaint stands: everything that the workflow's steps decide by and write. Instants: epoch ms of world time. */
export interface Process {
  status: Status;
  closureReason: ClosureReason | null;
  rejectCode: RejectCode | null;
  kind: ComplaintKind | null;
  topic: string | null;
  topicGroup: string | null;
  topicConfidence: number | null;
  topicSource: 'rule' | 'model' | 'operator' | null;
  suggestions: Suggestion[];
  municipality: string | null;
  agencyId: string | null;
  executorId: string | null;
  coExecutors: string[];
  priority: Priority;
  level: number;
  rule: string | null;
  mergedInto: string | null;
  repeatOf: string | null;
  firstRepliedAt: number | null;
  closedAt: number | null;
  /** As it was when the complaint was given it; null before triage. */
  policy: SlaPolicy | null;
  /** The responsible agency's own; null: the region's. */
  calendar: string | null;
  clocks: Clocks;
  /** The last climb of the ladder, from which the next level's allowance counts. */
  climbedAt: number | null;
  counters: {
    handovers: number;
    reopenings: number;
    repeats: number;
    extensions: number;
    /** How far extensions have moved the resolution due, calendar ms. Absent: not at all. */
    extendedMs?: number;
  };
  review: { replyId: string; kind: 'interim' | 'final' } | null;
  waiting: { since: number; until: number } | null;
  /** The final reply under way to the citizen, and the one that closed the complaint. */
  finalReplyId: string | null;
}

export interface Suggestion {
  topic: string;
  confidence: number;
  because: string[];
}

export const NEW_PROCESS: Process = {
  status: 'received',
  closureReason: null,
  rejectCode: null,
  kind: null,
  topic: null,
  topicGroup: null,
  topicConfidence: null,
  topicSource: null,
  suggestions: [],
  municipality: null,
  agencyId: null,
  executorId: null,
  coExecutors: [],
  priority: 'ordinary',
  level: 0,
  rule: null,
  mergedInto: null,
  repeatOf: null,
  firstRepliedAt: null,
  closedAt: null,
  policy: null,
  calendar: null,
  clocks: {},
  climbedAt: null,
  counters: { handovers: 0, reopenings: 0, repeats: 0, extensions: 0 },
  review: null,
  waiting: null,
  finalReplyId: null,
};

export interface ProcessEvent {
  type: string;
  at: number;
  actor: string;
  data: Record<string, unknown>;
}

export type Recipient = LadderRecipient | 'executor' | 'approver' | 'co_executor';

/** What a step has to see to beside the complaint's own row, in the same transaction. */
export type Effect =
  | {
      do: 'notify';
      type: string;
      recipient: Recipient;
      agencyId: string | null;
      /** Makes it unique within the complaint. */
      subject: string;
      /** Told at any hour, not only in working hours. */
      urgent: boolean;
      at: number;
      data: Record<string, unknown>;
    }
  | { do: 'setReply'; replyId: string; state: 'in_review' | 'approved' | 'returned' }
  | { do: 'publish'; replyId: string; final: boolean }
  | { do: 'retryPublications'; replyId: string }
  | { do: 'waive'; publicationId: string }
  | { do: 'decideExtension'; extensionId: string; state: 'approved' | 'refused' }
  | { do: 'task'; kind: string; subject: string; reason: string };

/** `stale_version`: the complaint has moved on since the caller looked at it. */
export type RefusalCode = 'state_forbids' | 'invalid' | 'stale_version';

/** A command that may not be carried out; nothing has changed. */
export class Refusal extends Error {
  override name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}

/** What the process's rules need to know beside the process itself. */
export interface Surroundings {
  complaintId: string;
  now: number;
  actor: string;
  /** A calendar by its code; null: the region's own. */
  calendarOf: (code: string | null) => WorkingCalendar;
  ladder: Ladder;
  agencies: ReadonlyMap<string, Agency>;
}

/** One step under way: the process as it becomes, with the events and effects gathered so far. */
export class Turn {
  readonly process: Process;
  readonly events: ProcessEvent[] = [];
  readonly effects: Effect[] = [];

  constructor(
    before: Process,
    readonly around: Surroundings,
  ) {
    this.process = structuredClone(before);
  }

  get now(): number {
    return this.around.now;
  }

  /** The calendar that the clocks run on. */
  get calendar(): WorkingCalendar {
    return this.around.calendarOf(this.process.calendar);
  }

  /** Who is responsible; null while nobody is. */
  get agency(): Agency | null {
    const { agencyId } = this.process;
    return agencyId === null ? null : (this.around.agencies.get(agencyId) ?? null);
  }

  /**
   * Makes an agency responsible. What its clocks have promised stays; what is counted from now on is counted in
   * its own hours.
   */
  giveTo(agencyId: string): void {
    this.process.agencyId = agencyId;
    this.process.calendar = this.agency?.calendar ?? null;
  }

  /** Puts an event on the timeline; one from before `now` by over a minute says when it was recorded. */
  emit(
    type: string,
    data: Record<string, unknown> = {},
    at = this.now,
    actor = this.around.actor,
  ): void {
    const late = this.now - at > 60_000 ? { recordedAt: this.now } : {};
    this.events.push({ type, at, actor, data: { ...data, ...late } });
  }

  notify(
    type: string,
    recipient: Recipient,
    subject: string,
    data: Record<string, unknown> = {},
    options: { at?: number; urgent?: boolean; agencyId?: string } = {},
  ): void {
    this.effects.push({
      do: 'notify',
      type,
      recipient,
      agencyId: options.agencyId ?? this.process.agencyId,
      subject,
      urgent: options.urgent ?? this.process.priority === 'danger',
      at: options.at ?? this.now,
      data,
    });
  }

  /** @throws Refusal when the table does not allow the command where the complaint stands. */
  require(command: Command): void {
    const place = placeOf(this.process.status, this.process.closureReason);
    if (!isAllowed(command, place)) {
      throw new Refusal(
        'state_forbids',
        `${command} is not allowed in ${place}; allowed: ${allowedIn(place).join(', ')}.`,
      );
    }
  }
}

/** The next instant at which something happens by itself; null when the complaint only waits for people. */
export function wakeAt(process: Process, calendar: WorkingCalendar, ladder: Ladder): number | null {
  if (process.status === 'closed' || process.status === 'publishing') {
    return null;
  }
  const instants = [
    nextInstant(process.clocks),
    nextClimbAt(process, calendar, ladder),
    process.waiting?.until ?? null,
  ].filter((at): at is number => at !== null);
  return instants.length === 0 ? null : Math.min(...instants);
}

export type { TextRef };
