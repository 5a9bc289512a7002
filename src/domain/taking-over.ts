import { advance as advanceClocks, meetClock, startClock } from './clocks.js';
import type { Turn } from './process.js';

/**
 * An open complaint that was brought in from another system, right after its triage: its clocks began when it was
 * created, as everyone's do. What passed before it came in is told as missed at its own instant, but climbs nothing
 * and tells nobody: nobody here could have kept it, and a thousand old rows must not call a thousand people. What is
 * still to come runs as usual. `process.firstRepliedAt` says when the citizen was first answered there.
 */
export function takeOver(turn: Turn): void {
  const { process } = turn;
  if (process.firstRepliedAt !== null) {
    const at = process.firstRepliedAt;
    process.clocks = meetClock(process.clocks, 'acceptance', at);
    process.clocks = meetClock(process.clocks, 'first_reply', at);
    if (process.policy?.resolution) {
      process.clocks = startClock(process.clocks, 'resolution', process.policy, turn.calendar, at);
    }
    if (process.status === 'assigned') {
      process.status = 'in_progress';
    }
  }
  const { clocks, events } = advanceClocks(process.clocks, turn.now);
  process.clocks = clocks;
  for (const event of events) {
    if (event.type === 'breach') {
      turn.emit('breached', { clock: event.kind, dueAt: event.dueAt }, event.at, 'system');
    }
  }
  const kept = turn.effects.filter((effect) => effect.do !== 'notify');
  turn.effects.splice(0, turn.effects.length, ...kept);
}
