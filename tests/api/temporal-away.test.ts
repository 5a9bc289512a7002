import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { message, openApi, until, type TestApi } from '../support/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await openApi({}, { worker: false });
}, 180_000);
afterAll(async () => {
  await api.close();
});

describe('while no worker runs', () => {
  it('takes complaints in, asks commands to come again, and carries out the same command later, once', async () => {
    const { status, body } = await api.post('/api/v1/complaints', message());
    expect(status).toBe(202);
    const accept = () =>
      api.post(
        `/api/v1/complaints/${body.id}/reject`,
        { code: 'spam' },
        { headers: { 'idempotency-key': 'accept-later' } },
      );

    const early = await accept();
    expect([early.status, early.body.code]).toEqual([503, 'unavailable']);
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);

    await api.parts.startWorker();
    const late = await until(accept, (answer) => answer.status !== 503);
    expect([late.status, late.body.status]).toEqual([200, 'closed']);
    const { rows } = await api.parts.pool.query(
      'select state from commands where complaint_id = $1',
      [body.id],
    );
    expect(rows).toEqual([{ state: 'applied' }]);
  }, 90_000);
});
