import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openExport } from '../../src/exchange/export/open-export.js';
import { newExport } from '../../src/contract/exports.js';
import { seedMany } from '../support/export-desk.js';
import { csvRows, fetchBytes } from '../support/exported.js';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';
import { untilHolds } from '../support/until-holds.js';

/** Far more than what the sockets on the way can hold, so that the file is never sent while nobody reads. */
const ROWS = 1_000;
const WORDS = 1_300;

let desk: ResourceDesk;
let operator: string;

beforeAll(async () => {
  desk = await openResourceDesk();
  operator = await desk.keyFor('operator');
  await seedMany(desk, 'big', ROWS, WORDS);
});
afterAll(async () => {
  await desk.close();
});

async function ask(format: string): Promise<string> {
  const { body } = await desk.call(operator, 'POST', 'exports', {
    format,
    columns: 'incident',
    filter: { campaign: 'big' },
  });
  return body.id;
}

const fileOf = (id: string): string => `${desk.url}/api/v1/exports/${id}/file`;
const stateOf = async (id: string) => (await desk.call(operator, 'GET', `exports/${id}`)).body;
const isIn = (id: string, state: string) =>
  untilHolds(
    () => stateOf(id),
    (seen) => String(seen.state) === state,
  );

/** A download whose reader took its first bytes and then reads no more. */
interface Stalled {
  /** Reads on to the end. @returns whether the file ended as HTTP says that it is whole. */
  finish(): Promise<boolean>;
  hangUp(): void;
}

function stalled(id: string): Promise<Stalled> {
  return new Promise((resolve, reject) => {
    const call = request(fileOf(id), { headers: { authorization: `Bearer ${operator}` } });
    call.on('error', reject).end();
    call.on('response', (answer) => {
      answer.on('error', () => undefined);
      answer.once('readable', () => {
        resolve({
          finish: () =>
            new Promise((done) => {
              answer.on('close', () => {
                done(answer.complete);
              });
              answer.resume();
            }),
          hangUp: () => {
            call.destroy();
          },
        });
      });
    });
  });
}

describe.each(['csv', 'xlsx'])('an export as %s', (format) => {
  // Deflated, these texts would fit into the sockets whole: the rows must not all be alike.
  beforeAll(async () => {
    await desk.owner.query(
      `update texts set body = (select string_agg(md5(texts.id::text || n), '') from generate_series(1, 600) n)
       where length(body) > 1000 and $1 = 'xlsx'`,
      [format],
    );
  });

  it('whose reader hangs up is broken, and can be fetched again', async () => {
    const id = await ask(format);
    const download = await stalled(id);
    await isIn(id, 'running');

    download.hangUp();

    await isIn(id, 'broken');
    expect((await stateOf(id)).rows).toBeLessThan(ROWS);
    expect((await fetchBytes(fileOf(id), operator)).status).toBe(200);
    await isIn(id, 'done');
    expect(await stateOf(id)).toMatchObject({ rows: ROWS, total: ROWS });
  });

  it('that the database breaks off never passes for a whole file', async () => {
    const id = await ask(format);
    const download = await stalled(id);
    await desk.owner.query('alter table replies rename to replies_away');
    try {
      expect(await download.finish()).toBe(false);
      await isIn(id, 'broken');
      await expect(fetchBytes(fileOf(id), operator)).rejects.toThrow();
    } finally {
      await desk.owner.query('alter table replies_away rename to replies');
    }
    expect((await fetchBytes(fileOf(id), operator)).status).toBe(200);
  });
});

describe('exports', () => {
  const open: Stalled[] = [];
  afterEach(() => {
    for (const download of open.splice(0)) download.hangUp();
  });

  it('are sent by a process a few at once; one more is told to come later, and the others stay whole', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => ask('csv')));
    open.push(...(await Promise.all(ids.map(stalled))));

    const refused = await fetchBytes(fileOf(await ask('csv')), operator);

    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-disposition')).toBeNull();
    expect(await open[0]?.finish()).toBe(true);
    expect((await fetchBytes(fileOf(ids[0] ?? ''), operator)).status).toBe(200);
  });

  it('whose process died while it sent them are broken once they are silent', async () => {
    const id = await ask('csv');
    await desk.owner.query(
      `update exports set state = 'running', beat_machine_at = now() - interval '2 minutes' where id = $1`,
      [id],
    );
    expect((await stateOf(id)).state).toBe('broken');
  });

  it('ask the database once for their complaints, and once for each page of them', async () => {
    const { settings } = await desk.view();
    const queries: string[] = [];
    const counted = {
      query: (text: string | { text: string }, values?: unknown[]) => {
        queries.push(typeof text === 'string' ? text : text.text);
        return desk.owner.query(text as string, values);
      },
    };
    const now = Date.now();
    const { stream, total } = await openExport(counted as typeof desk.owner, {
      request: newExport.parse({ format: 'csv' }),
      filter: { scope: {}, now, campaigns: ['big'] },
      zone: settings.zone,
      region: await desk.view(),
      personal: true,
      notes: true,
      requestedAt: now,
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));

    expect(total).toBe(ROWS);
    expect(
      csvRows(
        Buffer.concat(chunks)
          .toString()
          .replace(/^\ufeff/, ''),
      ),
    ).toHaveLength(ROWS);
    expect(queries).toHaveLength(1 + ROWS / 100);
  });
});
