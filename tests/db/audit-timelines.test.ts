import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { bindAttachments } from '../../src/db/attachments-bind.js';
import { insertAttachment } from '../../src/db/attachments-store.js';
import { inTransaction } from '../../src/db/pool.js';
import { appendEvents, eventHash, newText, type NewEvent } from '../../src/db/timeline.js';
import { openAuditDesk, type AuditDesk, type Filed } from '../support/audit-desk.js';

let desk: AuditDesk;
let filed: Filed;

beforeEach(async () => {
  desk = await openAuditDesk();
  await desk.file();
  filed = await desk.file(5);
  await desk.file();
  await desk.root();
});
afterEach(async () => {
  await desk.close();
});

/** What the owner of the database can do behind the desk's back. */
const tamper = (sql: string, values: unknown[] = [filed.id]): Promise<unknown> =>
  desk.owner.query(sql, values);
const found = async (): Promise<unknown[]> =>
  (await desk.verify()).problems.map(({ kind, number, complaintId, seq }) => ({
    ...{ kind, seq, complaint: number ?? complaintId },
  }));
const at = (kind: string, seq?: number) => ({ kind, seq, complaint: filed.number });

/** Recomputes the chain over what the events say now, and moves the head to its end. */
async function rechain(): Promise<void> {
  const { rows } = await desk.owner.query<NewEvent & { seq: number; ms: number }>(
    `select *, (extract(epoch from at) * 1000)::float8 as ms from events where complaint_id = $1 order by seq`,
    [filed.id],
  );
  let hash: Buffer = Buffer.alloc(32);
  for (const event of rows) {
    hash = eventHash(filed.id, hash, event.seq, { ...event, at: event.ms });
    await tamper('update events set hash = $3 where complaint_id = $1 and seq = $2', [
      filed.id,
      event.seq,
      hash,
    ]);
  }
  await tamper('update complaints set event_seq = $2, event_hash = $3 where id = $1', [
    filed.id,
    rows.at(-1)?.seq,
    hash,
  ]);
}

describe('otklik audit verify', () => {
  it('passes what nobody touched', async () => {
    const report = await desk.verify();
    expect(report).toEqual({
      ...{
        complaints: 3,
        events: 11,
        texts: 6,
        attachments: 0,
        redacted: 0,
        erased: 0,
        roots: 1,
        problems: [],
        problemCount: 0,
        notes: [],
      },
      notRooted: { newer: 0, moved: 0, numbers: [] },
    });
  });

  const says = (type: string, data: object) =>
    inTransaction(desk.owner, (db) =>
      appendEvents(db, filed.id, [{ type, at: 0, actor: 'key:1', data: { ...data } }]),
    );

  it('passes when a text and its key were erased, and an event says so', async () => {
    await tamper('update texts set body = null, key = null where complaint_id = $1');
    expect((await found()).map((problem) => (problem as { kind: string }).kind)).toEqual([
      'text_removed',
      'text_removed',
    ]);

    await says('erased', {});

    expect(await desk.verify()).toMatchObject({ problems: [], erased: 2 });
  });

  it('passes a redacted text by the event that has its new digest, and counts it', async () => {
    const changed = newText('complaint', 'Во [удалено] яма', filed.textId);
    await tamper('update texts set body = $2, key = $3 where id = $1', [
      filed.textId,
      changed.body,
      changed.key,
    ]);
    expect(await found()).toEqual([at('text_altered', 1)]);

    await says('redacted', { text: changed.ref });

    expect(await desk.verify()).toMatchObject({ problems: [], redacted: 1 });
    await tamper(`update texts set body = 'Во [удалено] ям нет' where id = $1`, [filed.textId]);
    expect(await found()).toEqual([at('text_altered', 6)]);
  });

  it('finds other words under the cover of an event that says redacted', async () => {
    const changed = newText('complaint', 'Во дворе всё хорошо', filed.textId);
    await tamper('update texts set body = $2, key = $3 where id = $1', [
      filed.textId,
      changed.body,
      changed.key,
    ]);
    await says('redacted', { text: changed.ref });

    expect(await found()).toEqual([at('text_altered', 1)]);
  });

  it('finds another file in the place of one that was attached, and one that is gone', async () => {
    const [one, two, three] = [uuid(), uuid(), uuid()];
    for (const id of [one, two, three]) {
      await insertAttachment(desk.owner, {
        ...{ id, complaintId: null, mediaType: 'image/png', bytes: 9, width: 1, height: 1 },
        ...{ name: null, digest: Buffer.alloc(32, 1), key: Buffer.alloc(16, 2), location: null },
        ...{ uploadedBy: 'citizen', at: 0 },
      });
    }
    await inTransaction(desk.owner, (db) =>
      bindAttachments(db, {
        complaintId: filed.id,
        ids: [one, two, three],
        actor: 'citizen',
        at: 0,
      }),
    );
    expect(await desk.verify()).toMatchObject({ problems: [], attachments: 3 });

    await tamper('update attachments set digest = $2 where id = $1', [one, Buffer.alloc(32, 3)]);
    await tamper('update attachments set digest = null, key = null where id = $1', [two]);
    await tamper('delete from attachments where id = $1', [three]);

    expect(await found()).toEqual([
      at('attachment_altered', 6),
      at('attachment_removed', 7),
      at('attachment_removed', 8),
    ]);
    await says('erased', {});
    expect(await found()).toEqual([at('attachment_altered', 6), at('attachment_removed', 8)]);
  });

  it.each([
    ['its data', `data = data || '{"level": 9}'`],
    ['its type', `type = 'approved'`],
    ['its actor', `actor = 'citizen'`],
    ['its instant by a microsecond', `at = at + interval '1 microsecond'`],
    ['its data to nothing', `data = 'null'`],
    ['its instant to infinity', `at = 'infinity'`],
  ])('finds an event edited in %s', async (_, change) => {
    await tamper(`update events set ${change} where complaint_id = $1 and seq = 3`);
    expect(await found()).toEqual([at('event_altered', 3)]);
  });

  it('finds a removed event in the middle', async () => {
    await tamper('delete from events where complaint_id = $1 and seq = 3');
    expect(await found()).toEqual([at('event_removed', 3)]);
  });

  it('finds the first event removed', async () => {
    await tamper('delete from events where complaint_id = $1 and seq = 1');
    expect(await found()).toEqual([at('event_removed', 1)]);
  });

  it('finds the last events removed, and all of them', async () => {
    await tamper('delete from events where complaint_id = $1 and seq > 3');
    expect(await found()).toEqual([at('event_removed', 4)]);
    await tamper('delete from events where complaint_id = $1');
    expect(await found()).toEqual([at('event_removed', 1)]);
  });

  it('finds the last events removed with the head moved back', async () => {
    await tamper('delete from events where complaint_id = $1 and seq > 3');
    await rechain();
    expect(await found()).toEqual([at('event_removed', 5)]);
  });

  it('finds an event inserted in the middle', async () => {
    await tamper('update events set seq = seq + 100 where complaint_id = $1 and seq > 2');
    await tamper('update events set seq = seq - 99 where complaint_id = $1 and seq > 100');
    await tamper(
      `insert into events select complaint_id, 3, type, at, actor, data, hash from events where complaint_id = $1 and seq = 2`,
    );
    expect(await found()).toContainEqual(at('event_altered', 3));
  });

  it('finds an event inserted after the last', async () => {
    await tamper(
      `insert into events select complaint_id, 6, type, at, actor, data, hash from events where complaint_id = $1 and seq = 2`,
    );
    expect(await found()).toEqual([at('event_inserted', 6)]);
  });

  it('finds two events that changed places', async () => {
    await tamper('update events set seq = 100 where complaint_id = $1 and seq = 3');
    await tamper('update events set seq = 3 where complaint_id = $1 and seq = 4');
    await tamper('update events set seq = 4 where complaint_id = $1 and seq = 100');
    expect(await found()).toEqual(
      expect.arrayContaining([at('event_altered', 3), at('event_altered', 4)]),
    );
  });

  it('finds a head that is not the last event', async () => {
    await tamper(
      `update complaints set event_hash = decode(repeat('ab', 32), 'hex') where id = $1`,
    );
    expect(await found()).toEqual([at('head_differs', 5)]);
    await tamper('update complaints set event_seq = 4 where id = $1');
    expect(await found()).toEqual([at('event_inserted', 5), at('head_differs', 4)]);
  });

  it('finds a timeline that was edited and chained anew to its end', async () => {
    await tamper(`update events set actor = 'citizen' where complaint_id = $1 and seq = 3`);
    await rechain();
    expect(await found()).toEqual([at('history_rewritten', 5)]);
  });

  it.each([
    ['other words', `body = 'Всё хорошо'`, 'text_altered'],
    ['another key', `key = decode(repeat('00', 16), 'hex')`, 'text_altered'],
    ['other words without a key', `body = 'Всё хорошо', key = null`, 'text_altered'],
    ['no words, but its key', `body = null`, 'text_altered'],
  ])('finds a text with %s', async (_, change, kind) => {
    await tamper(`update texts set ${change} where complaint_id = $1 and kind = 'word'`);
    expect(await found()).toEqual([at(kind, 2)]);
  });

  it('finds a text whose row was removed, and a complaint that shows another text', async () => {
    await tamper(
      'update complaints set text_id = (select id from texts where kind = $2 limit 1) where id = $1',
      [filed.id, 'word'],
    );
    await tamper('delete from texts where id = $1', [filed.textId]);
    expect(await found()).toEqual([at('text_swapped', 1), at('text_removed', 1)]);
  });

  it.each([
    ['with its events', true],
    ['without its events', false],
  ])('finds a complaint deleted %s', async (_, withEvents) => {
    await tamper('delete from complaints where id = $1');
    if (withEvents) {
      await tamper('delete from events where complaint_id = $1');
    }
    expect(await found()).toEqual([
      { kind: 'complaint_deleted', seq: undefined, complaint: filed.id },
    ]);
  });

  it('finds the newest complaint deleted, whose events are in no root', async () => {
    const last = await desk.file();
    await tamper('delete from complaints where id = $1', [last.id]);
    expect(await found()).toEqual([
      { kind: 'complaint_deleted', seq: undefined, complaint: last.id },
    ]);
  });

  it('goes through more rows than one page has', async () => {
    await tamper('update events set seq = -1 where complaint_id = $1 and seq = 1');
    await desk.owner.query(
      `insert into events select gen_random_uuid(), 1, 'received', now(), 'citizen', '{}', '' from generate_series(1, 4500)`,
    );
    const report = await desk.verify();
    expect(report).toMatchObject({ events: 4511, problemCount: 4502 });
    expect(report.problems).toHaveLength(1000);
  });
});

describe('the roles of the API and of the worker', () => {
  it.each(['otklik_api', 'otklik_worker'])(
    '%s cannot change, remove or empty events',
    async (role) => {
      const client = await desk.owner.connect();
      await client.query(`set role ${role}`);
      for (const statement of [
        `update events set actor = 'citizen'`,
        'update events set hash = hash where false',
        'delete from events',
        'truncate events',
        'delete from complaints',
        'update audit_roots set heads = 0',
        'delete from audit_roots',
      ]) {
        await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
      }
      await client.query('reset role');
      client.release();
    },
  );
});
