import { describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { emptyDatabase, temporalAddress, testServerPath } from '../support/servers.js';

describe('the servers of a test run', () => {
  it('give each caller a database of its own, in UTC, that knows Russian', async () => {
    const [first, second] = await Promise.all([emptyDatabase(), emptyDatabase()]);
    const client = new pg.Client({ connectionString: first.url });
    await client.connect();
    const { rows } = await client.query<{ words: string; small: string; zone: string }>(
      `select to_tsvector('russian', 'На улице «ЯМА»—глубокая')::text as words,
              lower('ЁЛКА') as small, current_setting('timezone') as zone`,
    );
    await client.end();
    await Promise.all([first.drop(), second.drop()]);
    expect(first.url).not.toBe(second.url);
    expect(rows).toEqual([{ words: "'глубок':4 'улиц':2 'ям':3", small: 'ёлка', zone: 'UTC' }]);
  });

  it('run a Temporal server with the search attributes of the product', async () => {
    const connection = await Connection.connect({ address: await temporalAddress() });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    await connection.close();
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(['ComplaintStatus', 'DueAt', 'EscalationLevel', 'CampaignId']),
    );
  });

  it('bring the time-skipping server', async () => {
    expect(await testServerPath()).toContain('temporal-test-server');
  });
});
