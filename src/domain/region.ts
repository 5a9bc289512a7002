import type { CalendarSpec } from './working-calendar.js';

/** What a region decides for itself: the rules the desk follows, as plain data. Durations are milliseconds. */

export type ClockKind = 'acceptance' | 'first_reply' | 'resolution' | 'promise';

/** `working`: counted on the working calendar; `calendar`: exact elapsed time, round the clock. */
export type TimeKind = 'working' | 'calendar';

export interface Allowance {
  allowanceMs: number;
  time: TimeKind;
}

export interface SlaPolicy {
  code: string;
  name: string;
  /** Counts up with every change; a complaint keeps the version it was given. */
  version: number;
  acceptance?: Allowance | undefined;
  firstReply?: Allowance | undefined;
  resolution?: Allowance | undefined;
  /** Percents of an allowance at which a warning is given, ascending. */
  warnAtPercent: number[];
  waiting: { limitMs: number; time: TimeKind; then: 'close' | 'resume' };
  extension: { maxMs: number; maxCount: number };
}

export type LadderRecipient = 'operators' | 'coordinator' | 'head' | 'curator' | 'governors_office';

export interface LadderLevel {
  level: number;
  /** Who is told while an agency holds the complaint. */
  recipient: LadderRecipient;
  /** Who is told in triage, where no agency holds it; absent: the level is skipped there. */
  recipientInTriage?: LadderRecipient | undefined;
  /** From the climb before (for level 1: from the missed due). */
  allowanceMs: number;
  time: TimeKind;
  /** True: people are told at once, at any hour. */
  roundTheClock: boolean;
}

export interface Ladder {
  code: string;
  version: number;
  levels: LadderLevel[];
  /** Counts from which one more of its kind climbs a level. */
  climbAt: { handovers: number; reopenings: number; repeats: number };
}

export interface RoutingRule {
  id: string;
  code: string;
  position: number;
  version: number;
  /** Every given condition must hold; within one condition any value does. Absent: holds always. */
  when: {
    topics?: string[] | undefined;
    groups?: string[] | undefined;
    municipalities?: string[] | undefined;
    keywords?: string[] | undefined;
    sources?: string[] | undefined;
    campaigns?: string[] | undefined;
  };
  /**
   * Who answers: an agency by its code, or the agency of this kind that serves the complaint's municipality; of
   * several kinds the first that the municipality has.
   */
  then: { agency: string } | { agencyOfMunicipality: string | string[] };
}

export interface PriorityRule {
  priority: Priority;
  policy: string;
  when: {
    topics?: string[] | undefined;
    keywords?: string[] | undefined;
    sources?: string[] | undefined;
    minSeverity?: number | undefined;
  };
}

export type Priority = 'ordinary' | 'raised' | 'danger';

export interface Agency {
  id: string;
  code: string;
  name: string;
  shortName: string;
  kind: string;
  parent?: string | undefined;
  /** Where it is at home. */
  municipality?: string | undefined;
  /** Further municipalities that it serves: an operator's zone. */
  serves?: string[] | undefined;
  calendar?: string | undefined;
  email?: string | undefined;
  /** Which replies of this agency wait for an approval before they leave. */
  approval: { interim: boolean; final: boolean };
  active: boolean;
}

export interface Municipality {
  code: string;
  name: string;
  kind: string;
  /** Further names a citizen may write (towns, settlements, old names), in the nominative. */
  names: string[];
}

export interface Topic {
  code: string;
  name: string;
  group: string;
  /** 1 (least) to 5 (danger). */
  severity: number;
}

export interface TopicGroup {
  code: string;
  name: string;
}

/** Words that speak for a topic: stems are made when it is loaded. A phrase is several words near each other, in any order. */
export interface LexiconEntry {
  topic: string;
  words: { text: string; weight: number }[];
}

export interface Lexicon {
  entries: LexiconEntry[];
  /** Words by kind of message. */
  kinds: { question: string[]; proposal: string[]; thanks: string[] };
  spam: string[];
}

/** Words for a reply that many complaints need; who answers fills and corrects them. */
export interface ReplyTemplate {
  code: string;
  name: string;
  kind: 'interim' | 'final' | 'question';
  /** Of a final one. */
  outcome?: 'solved' | 'explained' | 'postponed' | 'not_solved' | undefined;
  /** Topics and groups it is for; neither: for every topic. */
  topics?: string[] | undefined;
  groups?: string[] | undefined;
  /** Agencies it is for; absent: all. */
  agencies?: string[] | undefined;
  /** With placeholders such as `{number}`: see reply-template.ts. */
  text: string;
}

/** A region as it is read from its folder, checked, with codes for references. */
export interface Region {
  code: string;
  name: { ru: string; en: string };
  zone: string;
  /** Under it the complaint waits in triage; 0..1. */
  confidenceThreshold: number;
  defaults: { policy: string; calendar: string; ladder: string };
  municipalities: Municipality[];
  agencies: Omit<Agency, 'id'>[];
  topicGroups: TopicGroup[];
  topics: Topic[];
  routingRules: Omit<RoutingRule, 'id' | 'version'>[];
  priorityRules: PriorityRule[];
  policies: Omit<SlaPolicy, 'version'>[];
  calendars: CalendarSpec[];
  ladders: Omit<Ladder, 'version'>[];
  lexicon: Lexicon;
  templates: ReplyTemplate[];
}
