import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandOutcome } from '../../src/temporal/desk-client.js';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

let desk: ResourceDesk;
beforeAll(async () => {
  desk = await openResourceDesk();
});
afterAll(async () => {
  await desk.close();
});

const refused: CommandOutcome = {
  applied: false,
  code: 'state_forbids',
  status: 'closed',
  version: 3,
  allowed: ['reopen'],
  message: 'The complaint is closed.',
};

describe('a command whose step was done when Temporal lost it', () => {
  it.each([
    ['applied', 200],
    ['pending', 409],
  ])('is answered by its row: %s gives %d', async (state, status) => {
    const { number } = await desk.seed({ columns: { status: 'assigned' } });
    desk.runs.carryOut = async (id) => {
      await desk.owner.query('update commands set state = $2 where id = $1', [id, state]);
      return refused;
    };

    const answer = await desk.call(
      await desk.keyFor('operator'),
      'POST',
      `complaints/${number}/close`,
      { reason: 'withdrawn' },
    );

    expect(answer.status).toBe(status);
  });
});
