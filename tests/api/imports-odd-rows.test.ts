import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileFolder, importFile, sendImport, writeBytes } from '../support/import-desk.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';

let desk: HttpDesk;
let files: Awaited<ReturnType<typeof fileFolder>>;

beforeAll(async () => {
  [desk, files] = await Promise.all([openDesk(), fileFolder()]);
}, 120_000);
afterAll(async () => {
  await desk.close();
  await files.remove();
}, 60_000);

const HEADER = 'ID;Дата создания;Дата окончания;Текст инцидента;Отдел;Теги';
const imported = async (name: string, ...rows: string[]) =>
  importFile(desk, await writeBytes(files.path(name), `${[HEADER, ...rows].join('\n')}\n`));

describe('what one row says oddly does not stop the others', () => {
  it('a name is quoted cut between characters', async () => {
    const done = await imported(
      'long-name.csv',
      `101;25.11.2025;26.11.2025;а;${'а'.repeat(119)}😀😀;`,
    );

    expect(done).toMatchObject({ state: 'done', progress: { in: 1 } });
    expect(done.warnings.map(({ reason }) => reason).join()).toContain(`«${'а'.repeat(119)}»`);
  }, 60_000);

  it('tags that somebody edited are taken where they say what the desk can keep', async () => {
    const done = await imported(
      'tags.csv',
      '111;25.11.2025;26.11.2025;а;;написано=-000001-01-01T00:00:00.000Z',
      `112;25.11.2025;26.11.2025;а;;автор=%00, внешний ид=${'х'.repeat(9_000)}`,
      '113;25.11.2025;26.11.2025;а;;уровень=99',
    );

    expect(done).toMatchObject({ state: 'done', progress: { in: 3, bad: 0 } });
  }, 60_000);

  it('two rows that tell of one message come in once', async () => {
    const done = await imported(
      'twice.csv',
      '121;25.11.2025;26.11.2025;а;;источник=vk, внешний ид=wall-1_7',
      '122;25.11.2025;26.11.2025;а;;источник=vk, внешний ид=wall-1_7',
    );
    const later = await imported(
      'twice-later.csv',
      '123;25.11.2025;26.11.2025;а;;источник=vk, внешний ид=wall-1_7',
    );

    expect(done).toMatchObject({ state: 'done', progress: { in: 1, alreadyThere: 1 } });
    expect(later).toMatchObject({ state: 'done', progress: { in: 0, alreadyThere: 1 } });
  }, 60_000);

  it('a column name of zeros and a text parted by separators are told', async () => {
    const path = await writeBytes(
      files.path('shifted.csv'),
      `${HEADER};a\0b\n131;25.11.2025;26.11.2025;яма; лужа;;;\n132;25.11.2025;26.11.2025;а;;;;и ещё\n`,
    );

    const done = await importFile(desk, path);

    expect(done).toMatchObject({ state: 'done', progress: { in: 1, bad: 1 } });
    expect(done.errors).toMatchObject([{ row: 3, column: '' }]);
    expect(done.warnings.map(({ column }) => column)).toContain('a b');
  }, 60_000);

  it('a value that the database does not take makes its own row bad alone', async () => {
    await desk.pool.query(
      `alter table imported_rows add constraint refused check (source_id <> '182')`,
    );

    const done = await imported(
      'refused.csv',
      '181;25.11.2025;26.11.2025;а;;',
      '182;25.11.2025;26.11.2025;а;;',
      ';25.11.2025;26.11.2025;а;;',
      '183;25.11.2025;26.11.2025;а;;',
    );

    expect(done).toMatchObject({ state: 'done', progress: { read: 4, in: 2, bad: 2 } });
    expect(done.errors.map(({ row, reason }) => [row, reason])).toEqual([
      [3, 'holds a value that cannot be kept'],
      [4, 'is empty: without it the row could come in twice'],
    ]);
  }, 60_000);

  it('a spreadsheet’s error is no word of anybody', async () => {
    const done = await imported('error.csv', '141;25.11.2025;26.11.2025;#NAME?;#Н/Д;');
    const { rows } = await desk.pool.query(
      `select t.body, i.labels from imported_rows i join complaints c on c.id = i.complaint_id
       join texts t on t.id = c.text_id where i.source_id = '141'`,
    );

    expect(done.progress).toMatchObject({ in: 1, bad: 0 });
    expect(rows).toEqual([{ body: '', labels: {} }]);
  }, 60_000);
});

it('a message that was erased here does not come back with another desk’s table', async () => {
  const { body: live } = await desk.call('POST', '/complaints', {
    source: 'vk',
    externalId: 'wall-1_9',
    text: 'а',
    author: { handle: 'id161' },
  });
  await desk.call('POST', '/subjects/erase', { complaints: [live.number] });

  const done = await imported(
    'erased.csv',
    '161;25.11.2025;26.11.2025;а;;источник=vk, внешний ид=wall-1_9',
  );

  expect(done.progress).toMatchObject({ in: 0, alreadyThere: 1, changed: 0 });
}, 60_000);

it('a dry run counts an id that stands twice as once, however far apart', async () => {
  const rows = Array.from(
    { length: 201 },
    (_, i) => `${1_700 + (i % 200)};25.11.2025;26.11.2025;а;;`,
  );
  const path = await writeBytes(files.path('dry.csv'), `${[HEADER, ...rows].join('\n')}\n`);

  const done = await importFile(desk, path, { dryRun: 'true' });

  expect(done.progress).toMatchObject({ read: 201, in: 200, alreadyThere: 1 });
}, 60_000);

it('a table that tells of no closing says so, and steps that other desks call closed close', async () => {
  const open = await writeBytes(
    files.path('no-closing.csv'),
    'ID;Дата создания;Текст инцидента\n151;25.11.2025;а\n',
  );
  const steps = await writeBytes(
    files.path('steps.csv'),
    'ID;Дата создания;Текст инцидента;Текущий шаг инцидента;Общий текст первого ответа\n152;25.11.2023;а;Закрыто;ответ\n153;25.11.2025;а;Подготовка ответа;ответ\n',
  );

  const [one, two] = [await importFile(desk, open), await importFile(desk, steps)];

  expect(one.warnings.map(({ reason }) => reason)).toContain(
    'no column tells what is closed: every row counts as open',
  );
  expect(two.progress).toMatchObject({ in: 2, open: 1 });
}, 60_000);

describe('a mapping', () => {
  const COLUMNS = 'columns: { id: ID, createdAt: Д, text: Т, status: С, reply1: О, closedAt: З }';

  it('closes no row for a status that it does not translate', async () => {
    const path = await writeBytes(
      files.path('status.csv'),
      'ID;Д;Т;С;О;З\n1;25.11.2025;а;В работе;ответ;\n2;25.11.2025;а;Отработана;ответ;26.11.2025\n3;25.11.2025;а;answered;ответ;\n4;25.11.2025;а;Закрыта;ответ;\n',
    );

    const done = await importFile(desk, path, { mapping: `system: statuses\n${COLUMNS}\n` });

    expect(done.progress).toMatchObject({ in: 4, open: 1, bad: 0 });
    expect(done.warnings.map(({ reason }) => reason)).toEqual([
      '«В работе» is no status that is known; the row is taken as open',
      '«Отработана» is no status that is known; the row is taken as closed',
      '«Закрыта» is no status that is known; the row is taken as closed',
    ]);
  }, 60_000);

  it.each([
    ['constants: { id: x }', 'constants.id'],
    ['constants: { status: open }', 'constants.status'],
    ['constants: { agency: "a\\ud83d" }', 'constants.agency'],
    ['sheet: "a\\0"', 'sheet'],
  ])('with %s is refused by its line', async (line, says) => {
    const path = await writeBytes(files.path('any.csv'), 'ID;Д;Т;С;О;З\n1;25.11.2025;а;;;\n');

    const { status, body } = await sendImport(desk, path, {
      mapping: `system: wrong\n${COLUMNS}\n${line}\n`,
    });

    expect(status).toBe(422);
    expect(body.fields?.[0]?.message).toContain(`line 3: ${says}`);
  });
});
