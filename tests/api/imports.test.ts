import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import {
  cellOf,
  writeIncidentCsv,
  writeIncidentXlsx,
  writeXlsx,
} from '../../bench/incident-file.js';
import { incidentRows, type IncidentRow } from '../../bench/incident-rows.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { INCIDENT_COLUMNS } from '../../src/exchange/incident-columns.js';
import { complaintWorkflowId } from '../../src/temporal/names.js';
import {
  endOfImport,
  fileFolder,
  importFile,
  sendImport,
  writeBytes,
} from '../support/import-desk.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { untilHolds } from '../support/until-holds.js';

let desk: HttpDesk;
let files: Awaited<ReturnType<typeof fileFolder>>;

beforeAll(async () => {
  [desk, files] = await Promise.all([openDesk(), fileFolder()]);
}, 120_000);
afterAll(async () => {
  await desk.close();
  await files.remove();
}, 60_000);

const count = async (sql: string, values: unknown[] = []): Promise<number> => {
  const { rows } = await desk.pool.query<{ n: number }>(sql, values);
  return rows[0]?.n ?? -1;
};

const header = INCIDENT_COLUMNS.map((column) => column.header as string | number | null);
const lineOf = (row: IncidentRow): (string | number | null)[] =>
  INCIDENT_COLUMNS.map((column) => cellOf(column, row));
const rowsOf = (n: number, firstId: number, open = 0): IncidentRow[] => [
  ...incidentRows(n, { firstId, open, seed: firstId }),
];

describe('POST /imports', () => {
  it('makes closed rows history that starts nothing, and open ones live complaints', async () => {
    const file = files.path('s08.xlsx');
    await writeIncidentXlsx(file, rowsOf(505, 1_000, 5), { shared: true });

    const done = await importFile(desk, file);

    expect(done.progress).toMatchObject({ read: 505, in: 505, open: 5, bad: 0, alreadyThere: 0 });
    expect(done.detected).toMatchObject({ format: 'xlsx', epoch: 1900, headerRow: 1 });
    const { rows: lives } = await desk.pool.query<{ id: string; number: string }>(
      `select id, number from complaints where status <> 'closed' and imported_at is not null`,
    );
    expect(lives).toHaveLength(5);
    await untilHolds(
      () =>
        count(
          `select count(*)::int as n from complaints where status = 'received' and imported_at is not null`,
        ),
      (left) => left === 0,
    );
    for (const { number, id } of lives) {
      const described = await desk.client.workflow
        .getHandle(complaintWorkflowId(number))
        .describe();
      expect(described.status.name).toBe('RUNNING');
      const { body } = await desk.call('GET', `/complaints/${id}`);
      // Clocks begin at the creation date, in January 2023: missed, told once, and climbing nothing.
      expect(body).toMatchObject({ level: 0, topicSource: 'operator' });
      expect(body.clocks.details[0].startedAt).toBe(body.receivedAt);
      const { body: timeline } = await desk.call('GET', `/complaints/${id}/timeline`);
      const types = timeline.items.map((event: { type: string }) => event.type);
      expect(types).toContain('breached');
      expect(types).not.toContain('escalated');
    }
    expect(await count('select count(*)::int as n from notifications')).toBe(0);
    expect(await count('select count(*)::int as n from outbox')).toBe(0);
    const { rows: history } = await desk.pool.query<{ number: string }>(
      `select number from complaints where status = 'closed' limit 3`,
    );
    for (const { number } of history) {
      expect(number).toMatch(/^2023-/);
      await expect(
        desk.client.workflow.getHandle(complaintWorkflowId(number)).describe(),
      ).rejects.toBeInstanceOf(WorkflowNotFoundError);
    }
  }, 120_000);

  it('keeps times, reply, rating, measured times and the source’s words of a row', async () => {
    const createdAt = Date.UTC(2025, 11, 24, 17, 6, 2);
    const repliedAt = Date.UTC(2025, 11, 25, 5, 36, 39);
    const [row] = rowsOf(1, 2_000);
    const file = files.path('one.xlsx');
    await writeIncidentXlsx(file, [
      {
        ...row,
        createdAt,
        assignedAt: createdAt + 60_000,
        firstReplyAt: repliedAt,
        firstReplyWorkingTime: 420_000,
        executorReplyAt: repliedAt,
        ratingAskedAt: repliedAt,
        closedAt: repliedAt + 3_600_000,
        text: "У дома <br>яма 👨‍👩‍👧 и 'лужа'",
        reply1: 'Засыплем завтра.',
        firstReplyText: 'Засыплем завтра.',
        outcome: 'Решено',
        closingReason: '5',
        agency: 'Администрация Энска',
        municipality: 'Арзамас г.о.',
        remark: 'Звонил дважды',
      },
    ]);

    const done = await importFile(desk, file);
    const { body: found } = await desk.call('GET', `/complaints?q=${102_000}`);
    const id = found.items[0].id as string;
    const { body } = await desk.call('GET', `/complaints/${id}`);

    expect(done.warnings).toContainEqual({
      severity: 'warning',
      row: 2,
      column: 'Отдел',
      reason: "«Администрация Энска» is no agency of this region; kept as the source's word",
      rows: 1,
    });
    expect(body).toMatchObject({
      status: 'closed',
      closureReason: 'answered',
      receivedAt: '2025-12-24T17:06:02.000Z',
      closedAt: '2025-12-25T06:36:39.000Z',
      text: "У дома \nяма 👨‍👩‍👧 и 'лужа'",
      agency: null,
      municipality: 'arzamas',
      sourceLabels: { agency: 'Администрация Энска', municipality: 'Арзамас г.о.' },
      imported: { system: 'incident', id: '2000', number: '102000', firstReplyWorkingMs: 420_000 },
      replies: [
        {
          kind: 'final',
          outcome: 'solved',
          state: 'published',
          text: 'Засыплем завтра.',
          publishedAt: '2025-12-25T05:36:39.000Z',
        },
      ],
      ratings: [{ rating: 5 }],
    });
    const { body: notes } = await desk.call('GET', `/complaints/${id}/notes`);
    expect(notes.items[0].text).toBe('Звонил дважды');
    const { body: timeline } = await desk.call('GET', `/complaints/${id}/timeline`);
    expect(timeline.items.map((event: any) => [event.type, event.at.slice(0, 19)])).toEqual([
      ['received', '2025-12-24T17:06:02'],
      ['triaged', '2025-12-24T17:06:02'],
      ['assigned', '2025-12-24T17:07:02'],
      ['replied', '2025-12-25T05:36:39'],
      ['closed', '2025-12-25T06:36:39'],
      ['rated', '2025-12-25T06:36:39'],
    ]);
    const report = await verifyAudit(desk.pool, { dataDir: desk.config.dataDir, auditKey: null });
    expect(report.problems).toEqual([]);
  }, 60_000);

  it.each([
    ['windows-1251', ';', false],
    ['utf-8', ',', true],
    ['utf-16le', '\t', true],
    ['utf-16be', ';', true],
  ] as const)(
    'adds nothing when the rows come again as %s with %j',
    async (encoding, separator, mark) => {
      const rows = rowsOf(30, 3_000).map((row, index) => ({
        ...row,
        text: `Строка "${index}"; с переносом\nи запятой, да`,
      }));
      const first = files.path('again.xlsx');
      await writeIncidentXlsx(first, rows);
      await importFile(desk, first);
      const file = files.path(`again-${encoding}.csv`);
      await writeIncidentCsv(file, rows, { encoding, separator, byteOrderMark: mark });

      const done = await importFile(desk, file);

      expect(done.detected).toMatchObject({
        format: 'csv',
        encoding,
        byteOrderMark: mark,
        separator: separator === '\t' ? 'tab' : separator,
      });
      expect(done.progress).toMatchObject({
        read: 30,
        in: 0,
        alreadyThere: 30,
        changed: 0,
        bad: 0,
      });
    },
    60_000,
  );

  it('tells bad rows by number, column and reason, and takes the others in', async () => {
    const [one, two, three, four, five, six] = rowsOf(6, 4_000).map(lineOf);
    const set = (
      line: (string | number | null)[] | undefined,
      key: string,
      value: string | number | null,
    ) => line?.map((cell, index) => (INCIDENT_COLUMNS[index]?.key === key ? value : cell)) ?? [];
    const file = files.path('bad.xlsx');
    await writeXlsx(file, [
      ['Выгрузка за январь'],
      [],
      header,
      one ?? [],
      set(two, 'createdAt', '31.02.2025 10:00'),
      [],
      set(three, 'id', null),
      set(four, 'closedAt', '2019-01-01 00:00:00'),
      set(five, 'createdAt', 46_023.5),
      set(six, 'text', `'${'я'.repeat(20_001)}`),
    ]);

    const done = await importFile(desk, file);

    expect(done.detected?.headerRow).toBe(3);
    expect(done.progress).toMatchObject({ read: 6, in: 1, bad: 5 });
    expect(done.errors.map(({ row, column, reason }) => [row, column, reason])).toEqual([
      [5, 'Дата создания', 'is not a date and time that can be read'],
      [7, 'ID', 'is empty: without it the row could come in twice'],
      [8, 'Дата окончания', 'lies before the row was created'],
      [9, 'Дата окончания', 'lies before the row was created'],
      [10, 'Текст инцидента', 'must have at most 20000 characters'],
    ]);
    const { body: page } = await desk.call(
      'GET',
      `/imports/${done.id}/problems?severity=error&limit=2`,
    );
    expect(page).toMatchObject({ total: 5, items: [{ row: 5 }, { row: 7 }] });
    const { body: next } = await desk.call(
      'GET',
      `/imports/${done.id}/problems?severity=error&limit=2&cursor=${page.nextCursor}`,
    );
    expect(next.items.map((item: { row: number }) => item.row)).toEqual([8, 9]);
  }, 60_000);

  it('reads a table with fewer columns, serial dates and Russian dates', async () => {
    const keys = ['id', 'createdAt', 'text', 'step', 'closedAt'];
    const columns = INCIDENT_COLUMNS.filter(({ key }) => keys.includes(key));
    const file = files.path('few.csv');
    await writeBytes(
      file,
      `${columns.map(({ header: name }) => name).join(';')}\r\n5001;Готово;25.11.2024 14:05;25.11.2024 16:00:01;Первая\r\n;;;;\r\n5002;Готово;45621,25;45622,5;Вторая\r\n`,
    );

    const done = await importFile(desk, file, { zone: 'Asia/Omsk' });
    const { rows } = await desk.pool.query<{ id: string; at: Date; closed: Date }>(
      `select source_id as id, c.received_at as at, c.closed_at as closed
       from imported_rows i join complaints c on c.id = i.complaint_id where import_id = $1 order by 1`,
      [done.id],
    );

    expect(done.progress).toMatchObject({ read: 2, in: 2, bad: 0 });
    expect(rows.map(({ id, at, closed }) => [id, at.toISOString(), closed.toISOString()])).toEqual([
      ['5001', '2024-11-25T08:05:00.000Z', '2024-11-25T10:00:01.000Z'],
      ['5002', '2024-11-25T00:00:00.000Z', '2024-11-26T06:00:00.000Z'],
    ]);
  }, 60_000);

  it('reports a row that changed since and leaves it as it was', async () => {
    const rows = rowsOf(3, 6_000);
    const file = files.path('changed.csv');
    await writeIncidentCsv(file, rows);
    await importFile(desk, file);
    await writeIncidentCsv(file, [{ ...rows[0], text: 'Другие слова' }, ...rows.slice(1)]);

    const done = await importFile(desk, file);

    expect(done.progress).toMatchObject({ in: 0, alreadyThere: 3, changed: 1 });
    expect(done.warnings.some(({ row, column }) => row === 2 && column === 'ID')).toBe(true);
    expect(await count(`select count(*)::int as n from texts where body = 'Другие слова'`)).toBe(0);
  }, 60_000);

  it('brings nothing in on a dry run, and says what it would', async () => {
    const file = files.path('dry.csv');
    await writeIncidentCsv(file, rowsOf(10, 7_000, 2));

    const done = await importFile(desk, file, { dryRun: 'true' });

    expect(done).toMatchObject({ dryRun: true, progress: { in: 10, open: 2 } });
    expect(
      await count('select count(*)::int as n from imported_rows where import_id = $1', [done.id]),
    ).toBe(0);
  }, 60_000);

  it('reads any table by a mapping, and keeps its dues and closings', async () => {
    const file = files.path('requests.csv');
    await writeBytes(
      file,
      [
        'Ref,What,State,Made,Due,Shut,Who',
        'A-1,Pothole,Closed,04/12/2018 11:11:26 AM,04/13/2018 11:11:26 AM,04/12/2018 12:45:47 PM,Roads',
        'A-2,Pothole,Closed,04/12/2018 11:11:26 PM,04/13/2018 11:11:26 AM,04/15/2018 12:00:00 AM,Roads',
        'A-3,Graffiti,Dup,04/12/2018 08:00:00 AM,,04/12/2018 09:00:00 AM,',
      ].join('\n'),
    );
    const mapping = `
system: city-311
zone: America/New_York
dateForm: MM/DD/YYYY hh:mm:ss A
columns: { id: Ref, topic: What, text: What, status: State, createdAt: Made, dueAt: Due, closedAt: Shut, agency: Who }
values:
  status: { Closed: answered, Dup: rejected/already_answered }
constants: { source: phone }
`;

    const done = await importFile(desk, file, { mapping });
    const { rows } = await desk.pool.query(
      `select count(*)::int as "in", count(due_at)::int as due,
         count(closed_at) filter (where due_at is not null)::int as closed,
         count(*) filter (where closed_at > due_at)::int as late from imported_rows where source_system = 'city-311'`,
    );

    expect(done).toMatchObject({ mapping: 'city-311', zone: 'America/New_York' });
    expect(rows[0]).toEqual({ in: 3, due: 2, closed: 2, late: 1 });
    const { rows: first } = await desk.pool.query<{ at: Date; source: string }>(
      `select received_at as at, source from complaints where external_id = 'city-311:A-2'`,
    );
    expect(first[0]).toMatchObject({ at: new Date('2018-04-13T03:11:26Z'), source: 'phone' });
  }, 60_000);

  it('goes on where it was when its worker stopped', async () => {
    const file = files.path('long.xlsx');
    await writeIncidentXlsx(file, rowsOf(4_000, 20_000));
    const sent = await sendImport(desk, file);
    await untilHolds(
      async () => (await desk.call('GET', `/imports/${sent.body.id}`)).body.progress.read as number,
      (read) => read > 0,
    );

    await desk.stopWorker();
    const { body: halfway } = await desk.call('GET', `/imports/${sent.body.id}`);
    await desk.startWorker();
    const done = await endOfImport(desk, sent.body.id);

    expect(halfway.state).toBe('running');
    expect(halfway.progress.read).toBeLessThan(4_000);
    expect(done.progress).toMatchObject({ read: 4_000, in: 4_000, alreadyThere: 0, bad: 0 });
    expect(
      await count('select count(*)::int as n from imported_rows where import_id = $1', [done.id]),
    ).toBe(4_000);
    expect(await readdir(join(desk.config.dataDir, 'imports'))).toEqual([]);
  }, 120_000);

  it('names the line of a mistake in a mapping', async () => {
    const file = await writeBytes(files.path('m.csv'), 'a,b\n1,2\n');

    const { status, body } = await sendImport(desk, file, {
      mapping: 'system: x\ncolumns:\n  id: a\n  wrong: b\nvalues:\n  status: { A: gone }\n',
    });

    expect(status).toBe(422);
    expect(body.detail).toContain('line 4');
  });

  it('does a call that is repeated under its key once, and refuses the key with another file', async () => {
    const file = files.path('key.csv');
    await writeIncidentCsv(file, rowsOf(2, 8_000));
    const other = files.path('other.csv');
    await writeIncidentCsv(other, rowsOf(2, 8_100));
    const headers = {
      'idempotency-key': 'import-1',
      authorization: `Bearer ${await desk.keyFor('operator')}`,
    };

    const first = await sendImport(desk, file, {}, headers);
    const again = await sendImport(desk, file, {}, headers);
    const wrong = await sendImport(desk, other, {}, headers);

    expect([first.status, again.status, wrong.status]).toEqual([202, 202, 422]);
    expect(again.body.id).toBe(first.body.id);
  });

  it('is for operators alone', async () => {
    const file = await writeBytes(files.path('x.csv'), 'a,b\n1,2\n');
    const key = await desk.keyFor('analyst');

    const { status } = await sendImport(desk, file, {}, { authorization: `Bearer ${key}` });

    expect(status).toBe(403);
  });
});
