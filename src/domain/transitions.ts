/** The life of a complaint as one table: which command is allowed in which state. */

export const STATUSES = [
  'received',
  'triage',
  'assigned',
  'in_progress',
  'waiting_citizen',
  'in_review',
  'publishing',
  'closed',
] as const;
export type Status = (typeof STATUSES)[number];

export const CLOSURE_REASONS = [
  'answered',
  'rejected',
  'duplicate',
  'withdrawn',
  'no_response',
] as const;
export type ClosureReason = (typeof CLOSURE_REASONS)[number];

export const REJECT_CODES = [
  'spam',
  'fake',
  'abuse',
  'no_answer_needed',
  'out_of_competence',
  'already_answered',
  'no_facts',
] as const;
export type RejectCode = (typeof REJECT_CODES)[number];

/** A status, with the reason behind it where it is `closed`. */
export type Place = Exclude<Status, 'closed'> | `closed(${ClosureReason})`;

const working = ['assigned', 'in_progress', 'waiting_citizen'] as const;
const sorting = ['triage', ...working] as const;

const table = {
  classify: sorting,
  assign: sorting,
  accept: ['assigned'],
  replyInterim: ['assigned', 'in_progress'],
  replyFinal: working,
  approve: ['in_review'],
  return: ['in_review'],
  ask: ['assigned', 'in_progress'],
  extend: working,
  approveExtension: working,
  refuseExtension: working,
  delegate: working,
  coExecution: working,
  handover: working,
  escalate: [...sorting, 'in_review'],
  reject: sorting,
  merge: [...sorting, 'in_review'],
  close: sorting,
  waive: ['publishing'],
  publishAgain: ['publishing'],
  reopen: ['closed(answered)', 'closed(rejected)', 'closed(withdrawn)', 'closed(no_response)'],
  unmerge: ['closed(duplicate)'],
  correct: ['publishing', 'closed(answered)', 'in_progress'],
  rate: ['closed(answered)'],
} as const satisfies Record<string, readonly Place[]>;

/** Commands that the table governs. `note` and `citizenWrote` are taken in every state. */
export type Command = keyof typeof table;
export const COMMANDS = Object.keys(table) as Command[];

/** Commands that the running workflow carries out; the others act on a closed complaint or beside the life. */
export type LifeCommand = Exclude<Command, 'reopen' | 'unmerge' | 'correct' | 'rate'>;
export const LIFE_COMMANDS = COMMANDS.filter(
  (command): command is LifeCommand => !['reopen', 'unmerge', 'correct', 'rate'].includes(command),
);

export function placeOf(status: Status, closureReason?: ClosureReason | null): Place {
  return status === 'closed' ? `closed(${closureReason ?? 'answered'})` : status;
}

export function isAllowed(command: Command, place: Place): boolean {
  return (table[command] as readonly Place[]).includes(place);
}

/** Commands that the table allows in a place, for the answer to a refused one. */
export function allowedIn(place: Place): Command[] {
  return COMMANDS.filter((command) => isAllowed(command, place));
}
