import type { WorldAnchor } from '../../src/domain/world-clock.js';
import type { RefusalCode } from '../../src/domain/process.js';
import type { ClosureReason, Command, Status } from '../../src/domain/transitions.js';

/** What enters and leaves a complaint's workflow: ids, codes and instants; never a citizen's words, name or contact. */

/** Why a run begins. Every run after the first takes the row over from a closed or lost one. */
export type Begin =
  | { by: 'start' }
  | { by: 'command'; commandId: string }
  | { by: 'word'; inboxId: string }
  | { by: 'rebuild' }
  /** Continued as new: the same run of the complaint, with a fresh history. */
  | { by: 'continue' };

export interface ComplaintInput {
  complaintId: string;
  /** Counts the complaint's lives: one more at each reopening or rebuilding. Absent: 1. */
  runNo?: number;
  /** Absent: the first start. */
  begin?: Begin;
  /** Absent: the machine's clock as it is. */
  clock?: WorldAnchor;
}

/** What a step is about. Each can be repeated: the row knows what has been done. */
export type Cause =
  | { do: 'open'; begin: Begin }
  | { do: 'command'; commandId: string }
  /** A signal from outside the API: the command's row is made by the step under this id. */
  | { do: 'signal'; commandId: string; command: SignalledCommand }
  | { do: 'words' }
  /** The row may have moved by a step that the run has no record of. */
  | { do: 'look' }
  | { do: 'tick' }
  /** The run was cancelled from outside the desk. */
  | { do: 'withdraw' };

export type SignalledCommand = { type: 'escalate' } | { type: 'reply'; replyId: string };

export interface StepInput {
  complaintId: string;
  runNo: number;
  /** The first execution run id, kept through continue-as-new: who may write. */
  fence: string;
  /** The workflow's own time as world time, epoch ms. */
  now: number;
  cause: Cause;
}

/** Where the complaint stands after a step; all that the workflow remembers. */
export interface StepResult {
  status: Status;
  closure?: ClosureReason;
  version: number;
  /** Absent: not escalated. */
  level?: number;
  /** The next instant (world time) at which something happens by itself; absent: only people move it. */
  wakeAt?: number;
  /** The final reply that has destinations left to publish to. */
  publish?: Publish;
  /** Search attributes that changed beside status and level; null takes one away. */
  attributes?: StepAttributes;
  refused?: { code: RefusalCode; message: string; allowed: Command[] };
  /** This run has lost the complaint to another one, or the complaint is gone. */
  fenced?: true;
}

export interface StepAttributes {
  topic?: string | null;
  agency?: string | null;
  municipality?: string | null;
  source?: string;
  priority?: string;
  campaign?: string | null;
  dueAt?: number | null;
}

export interface Publish {
  replyId: string;
  channels: string[];
}

/** An update's answer; a refusal that only the step could find is a value, too. */
export interface CommandResult {
  status: Status;
  version: number;
  refused?: StepResult['refused'];
}

export interface PublishInput {
  replyId: string;
}
