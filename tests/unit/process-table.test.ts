import { describe, expect, it } from '@jest/globals';
import type { CommandOf } from '../../src/domain/commands.js';
import { Refusal } from '../../src/domain/process.js';
import { COMMANDS, isAllowed, placeOf, type Place } from '../../src/domain/transitions.js';
import { inPlace, order, places } from '../support/sample-commands.js';

/** Where each command leads; `same`: the place stays. From the table of the design. */
const LEADS: Partial<Record<CommandOf['type'], Place | 'same'>> = {
  classify: 'assigned',
  assign: 'assigned',
  accept: 'in_progress',
  replyInterim: 'in_progress',
  replyFinal: 'publishing',
  approve: 'publishing',
  return: 'in_progress',
  ask: 'waiting_citizen',
  extend: 'same',
  approveExtension: 'same',
  refuseExtension: 'same',
  delegate: 'same',
  coExecution: 'same',
  handover: 'assigned',
  escalate: 'same',
  reject: 'closed(rejected)',
  merge: 'closed(duplicate)',
  close: 'closed(withdrawn)',
  waive: 'same',
  publishAgain: 'same',
  reopen: 'assigned',
  unmerge: 'assigned',
};
const cases = COMMANDS.flatMap((command) => places.map((place) => [command, place] as const));

describe('a command that the table allows', () => {
  it.each(cases.filter(([command, place]) => LEADS[command] && isAllowed(command, place)))(
    '%s in %s leads where the design says, with an event',
    (command, place) => {
      const life = inPlace(place);
      if (command === 'coExecution' || command === 'handover') {
        life.process.agencyId = 'agency-a';
      }

      const turn = order(life, command);

      const led = placeOf(life.process.status, life.process.closureReason);
      expect(led).toBe(LEADS[command] === 'same' ? place : LEADS[command]);
      expect(turn.events.length).toBeGreaterThan(0);
      expect(turn.events.every(({ actor }) => ['user:sample', 'system'].includes(actor))).toBe(
        true,
      );
    },
  );
});

describe('a command that the table forbids', () => {
  it.each(cases.filter(([command, place]) => !isAllowed(command, place) && LEADS[command]))(
    '%s in %s is refused, and nothing changes',
    (command, place) => {
      const life = inPlace(place);
      const before = structuredClone(life.process);

      expect(() => order(life, command)).toThrow(Refusal);
      expect(life.process).toEqual(before);
    },
  );

  it('is refused with the state and what is allowed there', () => {
    const life = inPlace('triage');

    expect(() => order(life, 'accept')).toThrow(
      'accept is not allowed in triage; allowed: classify, assign, escalate, reject, merge, close.',
    );
  });
});
