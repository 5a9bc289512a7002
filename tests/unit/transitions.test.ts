import { describe, expect, it } from '@jest/globals';
import {
  allowedIn,
  CLOSURE_REASONS,
  COMMANDS,
  isAllowed,
  LIFE_COMMANDS,
  placeOf,
  STATUSES,
  type Command,
  type Place,
} from '../../src/domain/transitions.js';

/** The table of the design, row by row as it is written there; the extension's decisions stand beside `extend`. */
const DESIGN = `
classify, assign | triage, assigned, in_progress, waiting_citizen
accept | assigned
replyInterim | assigned, in_progress
replyFinal | assigned, in_progress, waiting_citizen
approve, return | in_review
ask | assigned, in_progress
extend, approveExtension, refuseExtension, delegate, coExecution | assigned, in_progress, waiting_citizen
handover | assigned, in_progress, waiting_citizen
escalate | triage, assigned, in_progress, waiting_citizen, in_review
reject, close | triage, assigned, in_progress, waiting_citizen
merge | triage, assigned, in_progress, waiting_citizen, in_review
waive, publishAgain | publishing
reopen | closed(answered), closed(rejected), closed(withdrawn), closed(no_response)
unmerge | closed(duplicate)
correct | publishing, closed(answered), in_progress
rate | closed(answered)
`;

const rows = DESIGN.trim()
  .split('\n')
  .map((line) => line.split(' | ').map((cell) => cell.split(', ')) as [Command[], Place[]]);

const places: Place[] = STATUSES.flatMap((status) =>
  status === 'closed'
    ? CLOSURE_REASONS.map((reason) => placeOf(status, reason))
    : [placeOf(status)],
);

const designed = (command: Command): Place[] =>
  rows.filter(([commands]) => commands.includes(command)).flatMap(([, allowed]) => allowed);

describe('the table of commands and states', () => {
  it('knows every state and every way of closing', () => {
    expect(places).toHaveLength(12);
  });

  it('has each command of the design once and no other', () => {
    const named = rows.flatMap(([commands]) => commands);

    expect([...COMMANDS].sort()).toEqual([...named].sort());
  });

  it.each(COMMANDS.flatMap((command) => places.map((place) => [command, place] as const)))(
    '%s in %s is as the design says',
    (command, place) => {
      expect(isAllowed(command, place)).toBe(designed(command).includes(place));
    },
  );

  it.each(places)('lists for a refusal exactly what %s allows', (place) => {
    expect(allowedIn(place)).toEqual(
      COMMANDS.filter((command) => designed(command).includes(place)),
    );
  });

  it('leaves to a running workflow what is not about a closed complaint', () => {
    const beside = COMMANDS.filter((command) => !(LIFE_COMMANDS as Command[]).includes(command));

    expect(beside).toEqual(['reopen', 'unmerge', 'correct', 'rate']);
  });
});
