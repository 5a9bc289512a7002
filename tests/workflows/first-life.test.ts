import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { chain, EMPTY_HEAD, insertEvents, insertText, newText } from '../../src/db/timeline.js';
import { enqueue } from '../../src/db/outbox.js';
import { createDeskClient } from '../../src/temporal/desk-client.js';
import { openParts, type DeskParts } from '../support/desk.js';

let desk: DeskParts;
beforeAll(async () => { desk = await openParts(); }, 60_000);
afterAll(async () => { await desk.close(); });

async function intake(words: string): Promise<{ id: string; number: string }> {
  const id = uuid();
  const text = newText('complaint', words);
  const [event] = chain(id, EMPTY_HEAD, [{ type: 'received', at: Date.now(), actor: 'system', data: { text: text.ref } }]);
  await insertText(desk.pool, id, text);
  const { rows } = await desk.pool.query(
    `insert into complaints (id, number, source, text_id, received_at, origin, visibility, track_token, created_by, event_hash)
     values ($1, next_complaint_number('2026'), 'vk', $2, $3, 'elsewhere', 'public', $4, 'system', $5) returning number`,
    [id, text.id, new Date(event!.at), randomBytes(8).toString('hex'), event!.hash]);
  await insertEvents(desk.pool, id, [event!]);
  await enqueue(desk.pool, 'start', id, {});
  return { id, number: rows[0].number };
}
const row = async (id: string) => (await desk.pool.query('select * from complaints where id=$1', [id])).rows[0];
async function until<T>(look: () => Promise<T>, ok: (v: T) => boolean): Promise<T> {
  for (let i = 0; i < 200; i++) { const v = await look(); if (ok(v)) return v; await new Promise((r) => setTimeout(r, 50)); }
  throw new Error('not in time: ' + JSON.stringify(await look()));
}
async function command(c: { id: string; number: string }, type: string, body: object) {
  const id = uuid();
  await desk.pool.query(`insert into commands (id, complaint_id, type, actor, body, created_at) values ($1,$2,$3,'system',$4,now())`, [id, c.id, type, JSON.stringify(body)]);
  return createDeskClient(desk.client).command(c, { id, type: type as 'accept' });
}

describe('a first life', () => {
  it('goes from receipt to closing', async () => {
    const c = await intake('В Арзамасе на улице Ленина огромные ямы на дороге, проехать невозможно');
    const assigned = await until(() => row(c.id), (r) => r.status !== 'received');
    console.log(assigned.status, assigned.topic, assigned.municipality, assigned.topic_confidence, assigned.process.suggestions);
    expect(await command(c, 'accept', {})).toMatchObject({ applied: true, status: 'in_progress' });
    expect(await command(c, 'accept', {})).toMatchObject({ applied: false, status: 'in_progress' });
    const text = newText('reply', 'Ямы заделаны.');
    await insertText(desk.pool, c.id, text);
    const replyId = uuid();
    await desk.pool.query(`insert into replies (id, complaint_id, kind, outcome, text_id, text_digest, actor, created_at) values ($1,$2,'final','solved',$3,'x','system',now())`, [replyId, c.id, text.id]);
    expect(await command(c, 'replyFinal', { replyId })).toMatchObject({ applied: true, status: 'publishing' });
    await until(() => row(c.id), (r) => r.status === 'closed');
    const { rows } = await desk.pool.query('select seq, type, actor, data from events where complaint_id=$1 order by seq', [c.id]);
    console.log(rows.map((r) => `${r.seq} ${r.type} ${r.actor} ${JSON.stringify(r.data)}`).join('\n'));
    const handle = desk.client.workflow.getHandle('complaint/' + c.number);
    await handle.result();
    const history = await handle.fetchHistory();
    const { temporal } = await import('@temporalio/proto');
    console.log(history.events!.map((e) => { const bytes = temporal.api.history.v1.HistoryEvent.encode(e).finish(); return `${e.eventId} ${temporal.api.enums.v1.EventType[e.eventType!]} ${bytes.length} ${Buffer.from(bytes).toString('latin1').replace(/[^ -~]+/g,'.')}`; }).join('\n'));
    const d = await handle.describe();
    console.log(d.historyLength, d.historySize, d.searchAttributes);
  }, 60_000);
});
