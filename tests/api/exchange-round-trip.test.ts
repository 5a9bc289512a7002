import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeIncidentXlsx } from '../../bench/incident-file.js';
import { incidentRows } from '../../bench/incident-rows.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { fileFolder, importFile } from '../support/import-desk.js';

let here: HttpDesk;
let there: HttpDesk;
let files: Awaited<ReturnType<typeof fileFolder>>;

beforeAll(async () => {
  [here, there, files] = await Promise.all([openDesk(), openDesk(), fileFolder()]);
}, 120_000);
afterAll(async () => {
  await here.close();
  await there.close();
  await files.remove();
}, 60_000);

async function exported(format: 'xlsx' | 'csv'): Promise<string> {
  const key = await here.keyFor('operator');
  const order = { format, columns: 'incident' };
  const { body } = await here.call('POST', '/exports', order, { key });
  const answer = await fetch(`${here.baseUrl}/api/v1/exports/${body.id}/file`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const path = files.path(`export.${format}`);
  await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  return path;
}

/** What a complaint is, without ids of a desk; instants to the second, as the format has them. */
const WHAT = `select c.source, c.visibility, c.status, c.closure_reason, c.kind, c.topic, c.municipality,
    date_trunc('second', c.received_at) as received, c.author_name, c.author_contact, c.author_handle, c.url,
    t.body, (select jsonb_agg(jsonb_build_array(r.kind, r.outcome, date_trunc('second', r.published_at), rt.body)
      order by r.created_at) from replies r join texts rt on rt.id = r.text_id where r.complaint_id = c.id) as replies,
    (select jsonb_agg(jsonb_build_array(g.rating, g.solved)) from ratings g where g.complaint_id = c.id) as ratings
  from complaints c join texts t on t.id = c.text_id order by t.body, c.received_at`;

it('what is exported comes back: nothing twice at home, the same on another desk', async () => {
  const file = files.path('old.xlsx');
  await writeIncidentXlsx(file, incidentRows(40), { shared: true });
  await importFile(here, file);
  const own = await here.intake('=Яма у «дома»;\nвторая строка 😤', {
    source: 'email',
    author: { name: 'Пример, Имя', contact: 'primer@example.org' },
    municipality: 'Арзамас',
  });
  await here.call('POST', `/complaints/${own.id}/assign`, { agency: 'cur' });
  const reply = { kind: 'final', text: 'Засыпали, спасибо.', outcome: 'solved' };
  expect((await here.call('POST', `/complaints/${own.id}/replies`, reply)).status).toBe(201);
  await here.until(own.id, (complaint) => complaint.status === 'closed');

  for (const format of ['xlsx', 'csv'] as const) {
    const again = await importFile(here, await exported(format));
    expect(again.progress).toMatchObject({ read: 41, in: 0, alreadyThere: 41, changed: 0, bad: 0 });
  }
  const elsewhere = await importFile(there, files.path('export.csv'));
  expect(elsewhere.progress).toMatchObject({ read: 41, in: 41, open: 0, bad: 0 });

  const [before, after] = await Promise.all([here.pool.query(WHAT), there.pool.query(WHAT)]);
  expect(after.rows).toEqual(before.rows);
}, 120_000);
