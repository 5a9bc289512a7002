import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IDENTITY, machineDelay, toWorld } from '../../src/domain/world-clock.js';
import { HOUR_MS } from '../support/sample-calendars.js';

const machineStart = Date.UTC(2026, 0, 10);
const fast = { machineStart, worldStart: Date.UTC(2026, 4, 8, 6), scale: 3600 };

describe('the world clock', () => {
  it('is the clock of the machine, to the millisecond, in production', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.nat(1e9), (at, wait) => {
        expect(toWorld(IDENTITY, at)).toBe(at);
        expect(machineDelay(IDENTITY, at, at + wait)).toBe(wait);
      }),
    );
  });

  it('starts at the instant it was set to and lets an hour pass in a second', () => {
    expect(toWorld(fast, machineStart)).toBe(fast.worldStart);
    expect(toWorld(fast, machineStart + 1000)).toBe(fast.worldStart + HOUR_MS);
    expect(machineDelay(fast, fast.worldStart, fast.worldStart + 9 * HOUR_MS)).toBe(9000);
  });

  it('knows the time before its start', () => {
    expect(toWorld(fast, machineStart - 1000)).toBe(fast.worldStart - HOUR_MS);
  });

  it('waits at least a millisecond for what is ahead and not at all for what has come', () => {
    expect(machineDelay(fast, fast.worldStart, fast.worldStart + 1)).toBe(1);
    expect(machineDelay(fast, fast.worldStart, fast.worldStart)).toBe(0);
    expect(machineDelay(fast, fast.worldStart, fast.worldStart - HOUR_MS)).toBe(0);
  });

  it('has reached the instant when the wait for it is over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e10 }),
        fc.integer({ min: 1, max: 1e11 }),
        fc.constantFrom(1, 2, 60, 720, 3600, 86_400),
        (passedMs, aheadMs, scale) => {
          const anchor = { ...fast, scale };
          const machineNow = machineStart + passedMs;
          const due = toWorld(anchor, machineNow) + aheadMs;
          const wait = machineDelay(anchor, toWorld(anchor, machineNow), due);
          expect(toWorld(anchor, machineNow + wait)).toBeGreaterThanOrEqual(due);
          expect(toWorld(anchor, machineNow + wait - 1)).toBeLessThan(due);
        },
      ),
    );
  });
});
