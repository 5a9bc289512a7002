import * as assigning from './assigning.js';
import * as closing from './closing.js';
import type { CommandOf } from './commands.js';
import * as extending from './extending.js';
import { Refusal, type Turn } from './process.js';
import type { Agency } from './region.js';
import * as replying from './replying.js';

/** What a command refers to, read under the complaint's lock. */
export interface CommandFacts {
  reply?: replying.ReplyFacts;
  /** The agency handed over to. */
  agency?: Agency;
  /** For classify: what the rules make of the new topic. */
  routed?: assigning.Routed;
  target?: closing.MergeTarget;
  /** For a decision about an extension: what was asked, and whether it still waits. */
  extension?: { until: number; state: string };
  /** The destination of the final reply that is to be waived. */
  publication?: { state: string };
}

/**
 * Carries out one command: changes the turn's process and gathers its events and effects.
 * @throws Refusal when the table or the command's own rule forbids it.
 */
export function decide(turn: Turn, command: CommandOf, facts: CommandFacts): void {
  switch (command.type) {
    case 'classify':
      return assigning.classify(turn, command.body, known(facts.routed, 'topic'));
    case 'assign':
      return assigning.assign(turn, command.body);
    case 'accept':
      return assigning.accept(turn);
    case 'delegate':
      return assigning.delegate(turn, command.body);
    case 'coExecution':
      return assigning.coExecution(turn, command.body);
    case 'handover':
      return assigning.handover(
        turn,
        command.body,
        command.body.agency === undefined ? null : known(facts.agency, 'agency'),
      );
    case 'replyInterim':
    case 'replyFinal':
      return replying.reply(turn, known(facts.reply, 'reply'));
    case 'approve':
      return replying.approve(turn, known(facts.reply, 'reply'));
    case 'return':
      return replying.returnReply(turn, command.body);
    case 'ask':
      return replying.ask(turn, known(facts.reply, 'reply'));
    case 'extend':
      return extending.extend(turn, command.body);
    case 'approveExtension':
    case 'refuseExtension':
      if (known(facts.extension, 'extension').state !== 'requested') {
        throw new Refusal('invalid', 'The extension has been decided already.');
      }
      return command.type === 'approveExtension'
        ? extending.approveExtension(turn, command.body)
        : extending.refuseExtension(turn, command.body);
    case 'escalate':
      return closing.escalate(turn, command.body);
    case 'reject':
      return closing.reject(turn, command.body);
    case 'merge':
      return closing.merge(turn, known(facts.target, 'complaint'));
    case 'close':
      return closing.closeByCommand(turn, command.body);
    case 'waive':
      return closing.waive(turn, command.body, known(facts.publication, 'publication').state);
    case 'publishAgain':
      return closing.publishAgain(turn);
    case 'reopen':
      return closing.reopen(turn, command.body);
    case 'unmerge':
      return closing.unmerge(turn);
    case 'correct':
    case 'rate':
      throw new Refusal('invalid', `${command.type} is not a command of a run.`);
  }
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw new Refusal('invalid', `The command names no ${what} of this complaint.`);
  }
  return value;
}
