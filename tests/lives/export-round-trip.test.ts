import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { findImport, insertImport } from '../../src/db/imports-store.js';
import { openPool } from '../../src/db/pool.js';
import { RegionCache } from '../../src/db/region-store.js';
import { carryOutNext } from '../../src/exchange/run/carry-out.js';
import { csvRows, exported, xlsxRows } from '../support/exported.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';

/** Cells by columns; a spreadsheet's times as milliseconds, so that a rounding of 1e-12 days does not differ. */
type Row = Record<string, unknown>;

/** Words that an apostrophe, a formula's sign, a comma or a line break could spoil. */
const WORDS = "'=1+1, «дом»;\n100 % <b>готово</b>  _x000D_ 😀";

describe('complaints that another desk imports', () => {
  let desk: HttpDesk;
  let operator: string;
  let folder: string;

  beforeAll(async () => {
    desk = await openDesk();
    operator = await desk.keyFor('operator');
    folder = await mkdtemp(join(tmpdir(), 'otklik-round-'));
    await makeLives();
  });
  afterAll(async () => {
    await desk.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Complaints of every end, by the API alone. */
  async function makeLives(): Promise<void> {
    const { agencies } = await desk.region.current();
    // The worker hears of it within a second: long before the life that needs it.
    await desk.call('PATCH', '/agencies/minzdrav', { approval: { interim: false, final: true } });
    const agency = [...agencies.values()].find(
      (one) => !one.approval.final && !one.approval.interim,
    );
    const reviewed = [...agencies.values()].find((one) => one.code === 'minzdrav');
    const command = async (id: string, path: string, body: object): Promise<any> => {
      const answer = await desk.call('POST', `/complaints/${id}${path}`, body);
      if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    const taken = async (
      more: Record<string, unknown> = {},
    ): Promise<{ id: string; token: string }> => {
      const { id, trackingUrl } = await desk.intake('Арзамас, улица Ленина: ямы на дороге', more);
      return { id, token: trackingUrl.split('/track/')[1] ?? '' };
    };
    const assigned = async (more: Record<string, unknown> = {}) => {
      const complaint = await taken(more);
      await command(complaint.id, '/assign', { agency: agency?.code });
      return complaint;
    };
    const reply = (id: string, body: object): Promise<any> => command(id, '/replies', body);
    const closed = (id: string): Promise<any> => desk.until(id, (one) => one.status === 'closed');
    const promisedAt = new Date(Date.now() + 86_400_000).toISOString();

    const rated = await assigned({
      source: 'telegram',
      externalId: 'post-1, =2',
      author: { name: WORDS.slice(0, 20), handle: '@ivanov', contact: '+7 900 000-00-00' },
      url: 'https://t.me/arzamas/17',
      address: 'улица Ленина, дом 3',
      location: { lat: 55.39, lon: 43.84 },
      origin: 'authority_page',
      visibility: 'private',
      campaign: 'Прямая линия, май = 100 %',
      postedAt: '2026-01-02T03:04:05Z',
      text: WORDS,
    });
    await reply(rated.id, { kind: 'interim', text: WORDS, promisedAt });
    for (const n of [2, 3, 4])
      await reply(rated.id, { kind: 'interim', text: `Ответ ${n}: ${WORDS}` });
    await reply(rated.id, { kind: 'final', text: 'Сделано', outcome: 'solved', signatory: 'head' });
    await closed(rated.id);
    await desk.call('POST', `/track/${rated.token}/rating`, {
      rating: 5,
      solved: true,
      comment: WORDS,
    });

    const plain = await assigned({
      source: 'email',
      author: { name: 'Автор', contact: 'a@example.org' },
    });
    await reply(plain.id, { kind: 'final', text: 'Разъяснено', outcome: 'explained' });
    await closed(plain.id);

    const solved = await assigned({ source: 'max' });
    await command(solved.id, '/classify', { topic: (await firstTopic()) ?? '', kind: 'thanks' });
    await reply(solved.id, { kind: 'final', text: '-1', outcome: 'postponed' });
    await closed(solved.id);
    await desk.call('POST', `/track/${solved.token}/rating`, { solved: true });

    const approved = await taken({ visibility: 'public' });
    await command(approved.id, '/assign', { agency: reviewed?.code });
    const waiting = { kind: 'final', text: 'На согласовании было', outcome: 'not_solved' };
    const { replyId } = await reply(approved.id, waiting);
    await command(approved.id, `/replies/${replyId}/approve`, {});
    await closed(approved.id);

    const spam = await taken({ source: 'phone' });
    await command(spam.id, '/escalate', { reason: 'Срочно' });
    await command(spam.id, '/reject', { code: 'spam' });
    const gone = await assigned();
    await command(gone.id, '/close', { reason: 'withdrawn' });
    const silent = await assigned();
    await command(silent.id, '/close', { reason: 'no_response' });
    const twin = await taken();
    await command(twin.id, '/merge', { into: (await assigned()).id });
  }

  async function firstTopic(): Promise<string | undefined> {
    return [...(await desk.region.current()).topics.keys()][0];
  }

  const request = (format: string, filter: object) => ({
    format,
    columns: 'incident',
    zone: 'UTC',
    filter,
  });

  async function fileOf(
    of: HttpDesk,
    key: string,
    format: string,
    filter: object,
  ): Promise<Buffer> {
    const api = {
      url: of.baseUrl,
      call: (_: unknown, method: string, path: string, body: unknown) =>
        of.call(method, `/${path}`, body, { key }),
    };
    return (await exported(api as never, key, request(format, filter))).bytes;
  }

  async function rowsOf(file: Buffer, format: string): Promise<Row[]> {
    const rows: Row[] =
      format === 'csv' ? csvRows(file.toString().replace(/^\ufeff/, '')) : await xlsxRows(file);
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, cell]) => [
          name,
          cell instanceof Date ? Math.round(cell.getTime() / 1_000) : cell,
        ]),
      ),
    );
  }

  /** The worker's own engine, on another desk's database. */
  async function importInto(other: HttpDesk, file: Buffer, format: string) {
    const path = join(folder, `${uuid()}.${format}`);
    await writeFile(path, file);
    const pool = openPool(other.databaseUrl, 'otklik_worker', 3);
    try {
      const id = uuid();
      await insertImport(pool, {
        id,
        actor: 'system',
        origin: 'cli',
        fileName: `round.${format}`,
        digest: Buffer.from(id),
        bytes: file.length,
        options: { zone: 'UTC', dryRun: false, mapping: null },
      });
      const deps = { pool, region: new RegionCache(pool), clock: other.clock, folder };
      await carryOutNext(deps, {
        id,
        pathOf: () => path,
        unexpected: (error) => {
          throw error as Error;
        },
      });
      return await findImport(pool, id);
    } finally {
      await pool.end();
    }
  }

  it.each(['xlsx', 'csv'])(
    'come back from it cell by cell, when they are closed (%s)',
    async (format) => {
      const other = await openDesk({}, { worker: false });
      try {
        const key = await other.keyFor('operator');
        const file = await fileOf(desk, operator, format, { status: 'closed' });
        const before = await rowsOf(file, format);

        const done = await importInto(other, file, format);
        const after = await rowsOf(await fileOf(other, key, format, {}), format);

        expect(done).toMatchObject({ state: 'done' });
        expect(before).toHaveLength(8);
        const asked = 'Время отправки первого ответа ПИ на согласование';
        expect(before.filter((row) => row[asked])).toHaveLength(1);
        expect(after).toEqual(before);
        expect(await importInto(other, file, format)).toMatchObject({
          state: 'done',
          failure: null,
        });
        expect(await rowsOf(await fileOf(other, key, format, {}), format)).toHaveLength(8);
      } finally {
        await other.close();
      }
    },
  );

  it('keep what the columns have no place for: source, author, replies with their times, rating', async () => {
    const other = await openDesk({}, { worker: false });
    try {
      await importInto(other, await fileOf(desk, operator, 'xlsx', { q: 'готово' }), 'xlsx');
      const told = async (of: HttpDesk) => {
        const { body } = await of.call('GET', '/complaints?source=telegram');
        const one = (await of.call('GET', `/complaints/${body.items[0].id}`)).body;
        const { status, closureReason, kind, topic, agency, municipality, priority, level } = one;
        const { source, externalId, text, author, url, location, origin, visibility } = one;
        return {
          ...{
            status,
            closureReason,
            kind,
            topic,
            agency: agency.code,
            municipality,
            priority,
            level,
          },
          ...{ source, externalId, text, author, url, location, origin, visibility },
          address: one.address,
          campaign: one.campaign,
          postedAt: one.postedAt,
          receivedAt: one.receivedAt.slice(0, 19),
          closedAt: one.closedAt.slice(0, 19),
          replies: one.replies.map((reply: any) => ({
            ...{ kind: reply.kind, outcome: reply.outcome, text: reply.text, state: reply.state },
            ...{ promisedAt: reply.promisedAt, publishedAt: reply.publishedAt.slice(0, 19) },
          })),
          ratings: one.ratings.map((rating: any) => ({ ...rating, id: '' })),
        };
      };
      const was = await told(desk);

      expect(was.replies).toHaveLength(5);
      expect(was.ratings).toMatchObject([{ rating: 5, solved: true, comment: WORDS }]);
      expect(await told(other)).toEqual(was);
    } finally {
      await other.close();
    }
  });

  it('are known to the desk that they came from: importing its own export adds nothing', async () => {
    const file = await fileOf(desk, operator, 'csv', {});
    const count = async () => (await desk.call('GET', '/complaints')).body.total;
    const before = await count();

    expect(await importInto(desk, file, 'csv')).toMatchObject({ state: 'done' });
    expect(await count()).toBe(before);
  });
});
