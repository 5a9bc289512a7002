import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { HISTORIES, readHistory } from '../support/record-history.js';
import { workflowBundle } from '../support/servers.js';

/** A run that began under an older version goes on under this one: its history must replay as it was. */

const files = readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));
const results = new Map<string, Error | undefined>();

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const histories = await Promise.all(
    files.map(async (file) => ({ workflowId: file, history: await readHistory(file) })),
  );
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: await workflowBundle() },
    histories,
  )) {
    results.set(workflowId, error);
  }
}, 120_000);

afterAll(() => Runtime.instance().shutdown());

describe('a history of an earlier version', () => {
  it('is there to be replayed', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  it.each(files)('%s replays', (file) => {
    expect(results.has(file)).toBe(true);
    expect(results.get(file)).toBeUndefined();
  });
});
