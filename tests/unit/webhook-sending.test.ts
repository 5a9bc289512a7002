import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { makeSecret, rotated, signatures } from '../../src/webhooks/signature.js';
import { TIMING, waitAfter } from '../../src/webhooks/timing.js';
import { agencyLine } from '../../src/domain/agency-line.js';

const HOUR = 3_600_000;

describe('signatures', () => {
  const now = Date.now();
  const sign = (secrets: Parameters<typeof signatures>[0], at = now) => ({
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': signatures(secrets, 'evt_1', new Date(at), '{"a":1}'),
  });

  it('are what a receiver with the secret verifies, and no other', () => {
    const secrets = { current: makeSecret(), old: [] };

    expect(new Webhook(secrets.current).verify('{"a":1}', sign(secrets))).toEqual({ a: 1 });
    expect(() => new Webhook(makeSecret()).verify('{"a":1}', sign(secrets))).toThrow();
    expect(() => new Webhook(secrets.current).verify('{"a":2}', sign(secrets))).toThrow();
  });

  it('are made with the former secret too for 24 hours after a rotation, and after two rotations in a row', () => {
    const first = { current: makeSecret(), old: [] };
    const third = rotated(rotated(first, now), now + 1);
    const old = new Webhook(first.current);

    expect(old.verify('{"a":1}', sign(third))).toEqual({ a: 1 });
    expect(new Webhook(third.current).verify('{"a":1}', sign(third))).toEqual({ a: 1 });
    const later = signatures(third, 'evt_1', new Date(now + 25 * HOUR), '{"a":1}');
    expect(later.split(' ')).toHaveLength(1);
  });

  it('stay few, however often a secret is rotated', () => {
    let secrets: Parameters<typeof rotated>[0] = { current: makeSecret(), old: [] };
    for (let i = 0; i < 20; i += 1) secrets = rotated(secrets, now);

    expect(sign(secrets)['webhook-signature'].split(' ')).toHaveLength(5);
  });
});

describe('the waits between attempts', () => {
  it('are those of the specification, spread by a fifth, and end after more than three days', () => {
    const waits = TIMING.waitsMs.map((_, i) => waitAfter(i + 1, TIMING, 0.5));

    expect(waits).toEqual([...TIMING.waitsMs]);
    expect(waits.reduce<number>((sum, wait) => sum + wait!, 0)).toBeGreaterThan(72 * HOUR);
    expect(waitAfter(1, TIMING, 0)).toBe(4_000);
    expect(waitAfter(1, TIMING, 0.999_999)).toBe(6_000);
    expect(waitAfter(TIMING.waitsMs.length + 1, TIMING)).toBeNull();
  });

  it('leave an attempt time to end before its lease does', () => {
    expect(TIMING.leaseMs).toBeGreaterThan(2 * TIMING.attemptMs);
  });
});

describe('the line of an agency', () => {
  const agencies = [
    { id: '1', code: 'ministry', parent: undefined },
    { id: '2', code: 'inspectorate', parent: 'ministry' },
    { id: '3', code: 'department', parent: 'inspectorate' },
    { id: '4', code: 'snake', parent: 'tail' },
    { id: '5', code: 'tail', parent: 'snake' },
  ];
  const byRef = (ref: string) => agencies.find(({ id, code }) => id === ref || code === ref);

  it('goes up to the top, ends in a circle, and is one long for an agency that is gone', () => {
    expect(agencyLine(byRef, '3')).toEqual(['3', '2', '1']);
    expect(agencyLine(byRef, '4')).toEqual(['4', '5']);
    expect(agencyLine(byRef, '9')).toEqual(['9']);
  });
});
