import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { INCIDENT_COLUMNS } from '../../src/exchange/incident-columns.js';
import { seedCase } from '../support/export-desk.js';
import { csvRows, exported, workbookOf, xlsxRows } from '../support/exported.js';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

let desk: ResourceDesk;
let operator: string;
let admin: string;

beforeAll(async () => {
  desk = await openResourceDesk();
  operator = await desk.keyFor('operator');
  admin = await desk.keyFor('admin');
});
afterAll(async () => {
  await desk.close();
});

const only = (campaign: string) => ({ campaign });
const at = (instant: string) => new Date(instant);

describe('a CSV export', () => {
  it('begins with the byte order mark, parts by ; and ends lines with CRLF, as Russian Excel expects (X01)', async () => {
    await desk.seed({ text: 'Снег; двор\n"убран"', columns: { campaign: 'x01' } });

    const file = await exported(desk, operator, { format: 'csv', filter: only('x01') });

    expect(file.headers.get('content-type')).toContain('text/csv; charset=utf-8');
    expect([...file.bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(file.text.split('\r\n')[0]).toMatch(/^Номер;Состояние;/);
    expect(file.text.endsWith('\r\n')).toBe(true);
    expect(csvRows(file.text)).toMatchObject([{ Текст: 'Снег; двор\n"убран"' }]);
  });

  it.each([
    [',', ','],
    ['\t', '\t'],
  ])('parts by %j when asked to', async (separator, sign) => {
    const request = { format: 'csv', separator, language: 'en', filter: only('x01') };
    const { text } = await exported(desk, operator, request);

    expect(text.startsWith(`Number${sign}Status${sign}`)).toBe(true);
    expect(csvRows(text, sign)).toMatchObject([
      { Text: 'Снег; двор\n"убран"', Source: 'web form' },
    ]);
  });
});

describe('formulas (X02)', () => {
  const formulas = ["=cmd|' /C calc'!A0", '+1+1', '-2+3', '@SUM(1)', '\t=1', '\n＝1', "'=1"];

  beforeAll(async () => {
    const named = await desk.call(admin, 'POST', 'topics', {
      code: 'formula',
      name: '=HYPERLINK("http://x.example")',
      group: 'roads',
      severity: 1,
    });
    const agency = await desk.call(admin, 'POST', 'agencies', {
      code: 'formula',
      name: '@Агентство',
      shortName: '+А',
      kind: 'ministry',
    });
    expect([named.status, agency.status]).toEqual([201, 201]);
    for (const [i, text] of formulas.entries()) {
      await desk.seed({
        text: text ?? '',
        receivedAt: at(`2026-01-0${i + 1}T00:00:00Z`),
        columns: {
          campaign: 'x02',
          author_name: text.trim(),
          topic: 'formula',
          agency_id: agency.body.id,
        },
      });
    }
  });

  it('stand behind an apostrophe in every cell of CSV: text, author, topic, agency', async () => {
    const { text } = await exported(desk, operator, { format: 'csv', filter: only('x02') });
    const rows = csvRows(text);

    expect(rows.map((row) => row.Текст)).toEqual(formulas.map((formula) => `'${formula}`));
    expect(rows.map((row) => row.Автор)).toEqual(formulas.map((formula) => `'${formula.trim()}`));
    expect(rows[0]).toMatchObject({
      Тема: '\'=HYPERLINK("http://x.example")',
      Исполнитель: "'@Агентство",
    });
    for (const row of rows) {
      expect(Object.values(row).filter((cell) => /^\s*[=+\-@＝]/.test(cell))).toEqual([]);
    }
  });

  it.each(['plain', 'incident'])(
    'are texts in XLSX (%s columns), never formulas',
    async (columns) => {
      const { bytes } = await exported(desk, operator, { columns, filter: only('x02') });
      const [sheet] = (await workbookOf(bytes)).worksheets;
      const formulasOf: unknown[] = [];
      sheet?.eachRow((row) => {
        row.eachCell((cell) => formulasOf.push(...(cell.formula ? [cell.formula] : [])));
      });
      const rows = await xlsxRows(bytes);

      expect(formulasOf).toEqual([]);
      expect(rows[0]?.['Тема']).toBe('=HYPERLINK("http://x.example")');
      const texts = rows.map((row) => row[columns === 'plain' ? 'Текст' : 'Текст инцидента']);
      expect(texts).toEqual(
        formulas.map((formula) =>
          columns === 'plain' ? formula : `'${formula.replaceAll('\n', '<br>')}`,
        ),
      );
    },
  );

  it('are what they were in the API', async () => {
    const { body } = await desk.call(operator, 'GET', 'complaints?campaign=x02&sort=receivedAt');
    expect(body.items.map((item) => item.preview)).toEqual(formulas);
  });
});

describe('the name of the file', () => {
  it('is safe for a topic with a slash and quotes, in ASCII and in UTF-8 (X04)', async () => {
    const name = 'Дороги / тротуары "двор"';
    await desk.call(admin, 'POST', 'topics', { code: 'x04', name, group: 'roads', severity: 1 });
    await desk.seed({ columns: { topic: 'x04' } });

    const file = await exported(desk, operator, { format: 'csv', filter: { topic: 'x04' } });
    const header = file.headers.get('content-disposition') ?? '';
    const [, ascii = '', encoded = ''] =
      /^attachment; filename="([^"]+)"; filename\*=UTF-8''(\S+)$/.exec(header) ?? [];

    expect(ascii).toMatch(/^Obrashcheniya-Dorogi-trotuary-dvor-[\d-]+-Europe-Moscow\.csv$/);
    expect(decodeURIComponent(encoded)).toMatch(/^Обращения Дороги тротуары двор .*\.csv$/);
    expect(csvRows(file.text)).toMatchObject([{ Тема: name }]);
  });
});

describe('the plain columns in XLSX', () => {
  it('hold dates and durations as a spreadsheet reckons with them, in the zone that the file names', async () => {
    await seedCase(desk, {
      receivedAt: at('2026-03-02T10:00:00Z'),
      columns: {
        campaign: 'dates',
        status: 'closed',
        closure_reason: 'answered',
        first_replied_at: at('2026-03-03T12:30:00Z'),
        closed_at: at('2026-03-03T12:30:00Z'),
      },
      replies: [{ text: 'Убрали', outcome: 'solved', publishedAt: at('2026-03-03T12:30:00Z') }],
      rating: { rating: 5, solved: true, comment: 'Спасибо', at: at('2026-03-04T00:00:00Z') },
    });

    const request = { zone: 'Asia/Omsk', filter: only('dates') };
    const { bytes, id } = await exported(desk, operator, request);
    const book = await workbookOf(bytes);
    const [row] = await xlsxRows(bytes);
    const [sheet, about] = book.worksheets;

    // A spreadsheet's dates have no zone: the program gives them as if they were UTC.
    expect(row).toMatchObject({
      Поступило: at('2026-03-02T16:00:00Z'),
      Закрыто: at('2026-03-03T18:30:00Z'),
      'Время до первого ответа': at('1899-12-31T02:30:00Z'),
      Ответов: 1,
      Оценка: 5,
      Итог: 'решено',
      'Окончательный ответ': 'Убрали',
      Отзыв: 'Спасибо',
    });
    expect(sheet?.views).toMatchObject([{ state: 'frozen', ySplit: 1 }]);
    expect(sheet?.getColumn(1).width).toBeGreaterThan(10);
    expect(JSON.stringify(about?.getSheetValues())).toContain('Asia/Omsk');
    expect((await desk.call(operator, 'GET', `exports/${id}`)).body).toMatchObject({
      state: 'done',
      zone: 'Asia/Omsk',
      total: 1,
      rows: 1,
    });
  });

  it('hold what XML cannot, and a text that is too long up to a mark; CSV has it whole', async () => {
    const odd = 'a\u000bb _x000D_ <b>&amp;</b>\u0001\ttab \r\n конец ';
    const long = '😀'.repeat(20_000);
    await desk.seed({
      text: odd,
      receivedAt: at('2026-01-01T00:00:00Z'),
      columns: { campaign: 'odd' },
    });
    await desk.seed({
      text: long,
      receivedAt: at('2026-01-02T00:00:00Z'),
      columns: { campaign: 'odd' },
    });

    const sheet = await exported(desk, operator, { filter: only('odd') });
    const table = await exported(desk, operator, { format: 'csv', filter: only('odd') });
    const [first, second] = await xlsxRows(sheet.bytes);
    const about = (await workbookOf(sheet.bytes)).worksheets[1]?.getSheetValues();

    expect(first?.['Текст']).toBe(odd);
    const cut = String(second?.['Текст']);
    expect(cut.length).toBeGreaterThan(32_760);
    expect(cut.length).toBeLessThanOrEqual(32_767);
    expect(cut.slice(-60)).toMatch(/😀… \[обрезано, ещё знаков: \d+; целиком — в CSV\]$/);
    expect(JSON.stringify(about)).toContain('Обрезано текстов');
    expect(csvRows(table.text).map((row) => row.Текст === odd || row.Текст === long)).toEqual([
      true,
      true,
    ]);
  });
});

describe('the 47 columns', () => {
  it.each(['xlsx', 'csv'])(
    'stand in the order of the real system, with its habits (%s)',
    async (format) => {
      const campaign = `incident-${format}`;
      await seedCase(desk, {
        text: 'Снег\nне убран',
        receivedAt: at('2026-03-02T10:00:00.700Z'),
        columns: {
          campaign,
          kind: 'question',
          topic: 'x04',
          topic_group: 'roads',
          municipality: 'arzamas',
        },
        replies: [
          { kind: 'interim', text: 'Уточняем', publishedAt: at('2026-03-02T11:00:00Z') },
          { text: "'Убрали'", outcome: 'explained', publishedAt: at('2026-03-03T11:00:00Z') },
        ],
      });

      const request = { format, columns: 'incident', filter: only(campaign) };
      const { bytes, text } = await exported(desk, operator, request);
      const [row] = format === 'csv' ? csvRows(text) : await xlsxRows(bytes);

      expect(Object.keys(row ?? {})).toEqual(INCIDENT_COLUMNS.map(({ header }) => header));
      expect(row).toMatchObject({
        'Дата создания': '2026-03-02 13:00:00',
        'Общее время первого ответа': '2026-03-02 14:00:00',
        'Общий текст первого ответа': "'Уточняем",
        'Текст инцидента': "'Снег<br>не убран",
        '1ый ответ ПИ': "'Уточняем",
        '2ой ответ ПИ': "''Убрали'",
        '3ий ответ ПИ': "'",
        'Тип инцидента': 'Информационный',
        Итог: 'Разъяснено',
        'Группа тем': 'Дороги',
        Муниципалитет: 'Арзамас',
        'Уложились или нет после назн. ПИ': 'Да',
        'Время с даты создания инцидента до времени первого ответа':
          format === 'csv' ? '01:00:00' : at('1899-12-30T01:00:00Z'),
      });
    },
  );
});
