import { extendClock, isOpen } from './clocks.js';
import type { CommandBodies } from './commands.js';
import { Refusal, type Turn } from './process.js';

/** Asks for a later resolution due; nothing moves before it is approved. */
export function extend(turn: Turn, body: CommandBodies['extend']): void {
  turn.require('extend');
  requireWithinLimits(turn, body.until);
  turn.emit('extension_requested', {
    extension: body.extensionId,
    until: body.until,
    reason: body.reason,
  });
  turn.notify('extension_requested', 'approver', `extension/${body.extensionId}`, {
    extension: body.extensionId,
    until: body.until,
  });
}

export function approveExtension(turn: Turn, body: CommandBodies['approveExtension']): void {
  turn.require('approveExtension');
  requireWithinLimits(turn, body.until);
  const { process } = turn;
  process.counters.extendedMs = movedTo(turn, body.until);
  process.clocks = extendClock(process.clocks, 'resolution', body.until, turn.calendar, turn.now);
  process.counters.extensions += 1;
  turn.effects.push({ do: 'decideExtension', extensionId: body.extensionId, state: 'approved' });
  turn.emit('extended', { extension: body.extensionId, clock: 'resolution', dueAt: body.until });
  tellAgency(turn, 'extended', body.extensionId);
}

export function refuseExtension(turn: Turn, body: CommandBodies['refuseExtension']): void {
  turn.require('refuseExtension');
  turn.effects.push({ do: 'decideExtension', extensionId: body.extensionId, state: 'refused' });
  turn.emit('extension_refused', {
    extension: body.extensionId,
    ...(body.reason && { reason: body.reason }),
  });
  tellAgency(turn, 'extension_refused', body.extensionId);
}

function tellAgency(turn: Turn, type: string, extensionId: string): void {
  turn.notify(
    type,
    turn.process.executorId === null ? 'coordinator' : 'executor',
    `${type}/${extensionId}`,
  );
}

function requireWithinLimits(turn: Turn, until: number): void {
  const { process } = turn;
  const clock = process.clocks.resolution;
  const limits = process.policy?.extension;
  if (clock === undefined || !isOpen(clock) || limits === undefined) {
    throw new Refusal('invalid', 'The complaint has no resolution clock to extend.');
  }
  const due = clock.dueAt ?? clock.heldDueAt ?? until;
  if (until <= due) {
    throw new Refusal('invalid', 'until must be later than the present due.');
  }
  const tooFarMs = movedTo(turn, until) - limits.maxMs;
  if (tooFarMs > 0) {
    throw new Refusal(
      'invalid',
      `until is beyond the maximum, ${new Date(until - tooFarMs).toISOString()}.`,
    );
  }
  if (process.counters.extensions >= limits.maxCount) {
    throw new Refusal(
      'invalid',
      `The complaint has been extended ${limits.maxCount} times, the most allowed.`,
    );
  }
}

/** By how much the resolution due would have been moved in all, in calendar ms. */
function movedTo({ process }: Turn, until: number): number {
  const clock = process.clocks.resolution;
  return (process.counters.extendedMs ?? 0) + until - (clock?.dueAt ?? clock?.heldDueAt ?? until);
}
