import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from '../../src/api/server.js';
import { readConfig } from '../../src/config.js';
import { insertKey, makeKey } from '../../src/db/keys-store.js';
import { migrate } from '../../src/db/migrate.js';
import { openPool } from '../../src/db/pool.js';
import { loadRegion } from '../../src/db/region-load.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { readRegion } from '../../src/region/read-region.js';
import { temporalAddress } from '../support/servers.js';
import { untilHolds } from '../support/until-holds.js';
import { ownPostgres, type OwnServer } from './own-servers.js';

const key = makeKey();
let postgres: OwnServer;
let api: RunningApi;

beforeAll(async () => {
  postgres = await ownPostgres('away');
  await migrate(postgres.address);
  const pool = openPool(postgres.address, null, 1);
  const config = readConfig({
    LOG_LEVEL: 'silent',
    PORT: '0',
    DATABASE_URL: postgres.address,
    TEMPORAL_ADDRESS: await temporalAddress(),
  });
  await loadRegion(pool, await readRegion(findRegionDir(config.OTKLIK_REGION)));
  await insertKey(pool, { key, role: 'admin', agencyId: null, label: 'test' });
  await pool.end();
  api = await startApi(config);
}, 60_000);
afterAll(async () => {
  await api.close();
  await postgres.stop();
});

const call = (path: string, body?: object): Promise<Response> =>
  fetch(`http://127.0.0.1:${api.port}${path}`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
const message = { source: 'vk', externalId: 'wall-1', text: 'Не горит фонарь' };

describe('while PostgreSQL is away', () => {
  it('says 503 and when to try again, lives on, and takes the same message once it is back', async () => {
    expect((await call('/readyz')).status).toBe(200);
    await postgres.stop();

    const [taken, read] = [
      await call('/api/v1/complaints', message),
      await call('/api/v1/complaints'),
    ];
    for (const answer of [taken, read, await call('/readyz')]) {
      expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true]);
    }
    expect(await taken.json()).toMatchObject({ code: 'unavailable' });
    expect((await call('/healthz')).status).toBe(200);

    await postgres.start();
    const after = await untilHolds(
      () => call('/api/v1/complaints', message),
      ({ status }) => status !== 503,
    );
    expect(after.status).toBe(202);
    expect(await after.json()).toMatchObject({ duplicate: false });
  }, 60_000);
});
