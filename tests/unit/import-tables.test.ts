import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { tmpdir } from 'node:os';
import { ZipFile } from 'yazl';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { writeIncidentCsv, writeIncidentXlsx, writeXlsx } from '../../bench/incident-file.js';
import { incidentRows } from '../../bench/incident-rows.js';
import { INCIDENT_COLUMNS } from '../../src/exchange/incident-columns.js';
import { INCIDENT_TABLE } from '../../src/exchange/rows/field-layout.js';
import type { TableRow } from '../../src/exchange/table/cell.js';
import { openTable } from '../../src/exchange/table/open-table.js';
import { SharedStrings } from '../../src/exchange/table/shared-strings.js';
import { fileFolder, writeBytes } from '../support/import-desk.js';

let files: Awaited<ReturnType<typeof fileFolder>>;
beforeAll(async () => {
  files = await fileFolder();
});
afterAll(() => files.remove());

const HEADER = 'ID;Дата создания;Текст инцидента;Тема';

async function rowsOf(path: string): Promise<TableRow[]> {
  const table = await openTable(path, tmpdir(), INCIDENT_TABLE);
  try {
    await table.verify();
    const rows: TableRow[] = [];
    for await (const row of table.rows()) rows.push(row);
    return rows;
  } finally {
    table.close();
  }
}

/** A zip of parts, as an attacker or a careless program may write one. */
async function zipOf(path: string, parts: Record<string, Buffer>): Promise<string> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(parts)) zip.addBuffer(content, name);
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(path)));
  return path;
}

/** A workbook with the sheet data given, and the relations that lead to it. */
const bookOf = (sheet: string, more: Record<string, string> = {}): Record<string, Buffer> => {
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const parts: Record<string, string> = {
    '_rels/.rels': `<Relationships><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns:r="${office}"><sheets><sheet name="A" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="r1" Type="${office}/worksheet" Target="/xl/sheet.xml"/><Relationship Id="r2" Type="${office}/sharedStrings" Target="strings.xml"/></Relationships>`,
    'xl/strings.xml': '<sst/>',
    'xl/sheet.xml': `<worksheet><sheetData>${sheet}</sheetData></worksheet>`,
    ...more,
  };
  return Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, Buffer.from(xml)]));
};
const inline = (text: string): string => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
const headerRow = `<row r="1">${HEADER.split(';').map(inline).join('')}</row>`;

describe('a file is taken for what it holds', () => {
  it('whatever its name says', async () => {
    const xlsx = files.path('really-a-workbook.csv');
    await writeIncidentXlsx(xlsx, incidentRows(2));
    const csv = await writeBytes(files.path('really-text.xlsx'), `${HEADER}\n1;2025-01-01;а;б\n`);

    expect(await rowsOf(xlsx)).toHaveLength(2);
    expect(await rowsOf(csv)).toHaveLength(1);
  });

  it.each([
    ['empty', Buffer.alloc(0), 'The file is empty'],
    ['pdf', Buffer.from('%PDF-1.7\n…'), 'a PDF document'],
    ['jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), 'a JPEG picture'],
    ['xls', Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'old Excel workbook (.xls)'],
    [
      'locked',
      Buffer.concat([
        Buffer.from('d0cf11e0a1b11ae1', 'hex'),
        Buffer.from('EncryptedPackage', 'utf16le'),
      ]),
      'protected by a password',
    ],
    ['html', Buffer.from('\ufeff<html><table>'), 'a web page or XML'],
    ['header', Buffer.from('просто текст\nещё строка\n'), 'none of its first 50 rows'],
    ['missing', Buffer.from('ID;Дата создания;Тема\n1;2;3\n'), '«Текст инцидента» are missing'],
    ['doubled', Buffer.from(`${HEADER};ID\n1;2;3;4;5\n`), 'stand twice: «ID»'],
    [
      'bytes',
      Buffer.concat([
        Buffer.from(`${HEADER}\n1;2025-01-01;`),
        Buffer.from([0xe0, 0x81, 0x81, 0x82, 0x83, 0x84]),
      ]),
      'neither UTF-8',
    ],
  ])('%s is refused in words', async (name, content, says) => {
    const path = await writeBytes(files.path(`${name}.any`), content);

    await expect(rowsOf(path)).rejects.toThrow(says);
  });

  it('a workbook that is cut off, or whose content was changed, is refused before its first row', async () => {
    const whole = files.path('whole.xlsx');
    await writeIncidentXlsx(whole, incidentRows(300));
    const bytes = readFileSync(whole);
    const cut = await writeBytes(files.path('cut.xlsx'), bytes.subarray(0, bytes.length / 2));
    const changed = Buffer.from(bytes);
    const middle = Math.floor(bytes.length / 2);
    changed.fill(0x55, middle, middle + 40);

    await expect(rowsOf(cut)).rejects.toThrow('damaged or not whole');
    await expect(rowsOf(await writeBytes(files.path('changed.xlsx'), changed))).rejects.toThrow(
      'damaged',
    );
  });

  it('a zip bomb, an archive that is no workbook and XML with a document type are refused', async () => {
    const bomb = await zipOf(files.path('bomb.xlsx'), {
      ...bookOf(headerRow),
      'xl/sheet.xml': Buffer.alloc(120 * 2 ** 20, 0x20),
    });
    const plain = await zipOf(files.path('plain.zip'), { 'a.txt': Buffer.from('a') });
    const typed = await zipOf(
      files.path('typed.xlsx'),
      bookOf('', {
        'xl/sheet.xml': `<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData>${headerRow}</sheetData></worksheet>`,
      }),
    );

    await expect(rowsOf(bomb)).rejects.toThrow('zip bomb');
    await expect(rowsOf(plain)).rejects.toThrow('an archive, not a workbook');
    await expect(rowsOf(typed)).rejects.toThrow('document type');
  });

  it('an unclosed quotation mark is told with its row, and does not take the rest into memory', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i};2025-01-01;текст строки;тема`);
    lines[10] = '10;2025-01-01;"открыто;тема';
    const path = await writeBytes(files.path('quote.csv'), `${HEADER}\n${lines.join('\n')}\n`);

    await expect(rowsOf(path)).rejects.toThrow('In row 12 a quotation mark is opened');
  });
});

describe('a text file', () => {
  it('has the separator by which its columns are named, whatever stands in its texts', async () => {
    const narrow = 'ID;Дата создания;Текст инцидента';
    const commas = await writeBytes(
      files.path('commas.csv'),
      `${narrow}\n1;2025-01-01;Яма, лужа, мусор, грязь\n`,
    );
    const semicolons = await writeBytes(
      files.path('semicolons.csv'),
      `${narrow.replaceAll(';', ',')}\n1,2025-01-01,Яма; лужа; мусор; грязь\n`,
    );

    expect((await rowsOf(commas))[0]?.cells[2]).toBe('Яма, лужа, мусор, грязь');
    expect((await rowsOf(semicolons))[0]?.cells[2]).toBe('Яма; лужа; мусор; грязь');
  });

  it('that was cut off in the middle of its last row is refused', async () => {
    const cut = await writeBytes(files.path('cut.csv'), `${HEADER}\n1;2025-01-01;а;б\n2;2025-0`);
    const whole = await writeBytes(files.path('whole.csv'), `${HEADER}\n1;2025-01-01;а;б`);
    const short = await writeBytes(files.path('short.csv'), `${HEADER}\n1;2025-01-01;а\n`);

    await expect(rowsOf(cut)).rejects.toThrow('ends in the middle of row 3');
    expect(await rowsOf(whole)).toHaveLength(1);
    expect(await rowsOf(short)).toHaveLength(1);
  });

  it('whose quotation mark takes in the rows up to the next one is refused', async () => {
    const path = files.path('swallowed.csv');
    await writeIncidentCsv(path, incidentRows(3));
    const rows = readFileSync(path, 'utf8').split('\r\n');
    const cells = rows[1]?.split(';') ?? [];
    rows[1] = cells.map((cell, i) => (i === 6 ? `"${cell.replaceAll('"', '')}` : cell)).join(';');
    rows[3] = rows[3]?.replace(';', ';"x";') ?? '';

    await expect(rowsOf(await writeBytes(path, rows.join('\r\n')))).rejects.toThrow(
      'In row 2 a quotation mark is opened',
    );
  });

  it('tells a row whose text was parted by a separator', async () => {
    const path = await writeBytes(
      files.path('shifted.csv'),
      `${HEADER}\n1;2025-01-01;яма; лужа;б\n2;2025-01-01;а;б;;\n`,
    );
    const table = await openTable(path, tmpdir(), INCIDENT_TABLE);
    const rows: TableRow[] = [];
    for await (const row of table.rows()) rows.push(row);

    expect(table.shiftOf(rows[0]!)).toContain('has 5 cells, the column names are 4');
    expect(table.shiftOf(rows[1]!)).toBeNull();
  });
});

describe('cells of a workbook', () => {
  it('of formulas that nobody worked out are told, and rows beyond all sheets are counted on', async () => {
    const path = await zipOf(
      files.path('formula.xlsx'),
      bookOf(
        `${headerRow}<row r="99999999999"><c><f>A1</f><v></v></c><c t="str"><f>B1</f><v></v></c></row><row r="2.5">${inline('x')}</row>`,
      ),
    );

    expect(await rowsOf(path)).toEqual([
      { row: 2, cells: ['#FORMULA!', ''] },
      { row: 3, cells: ['x'] },
    ]);
  });

  it('longer than any spreadsheet writes are refused before they fill the memory', async () => {
    const long = 'я'.repeat(2 ** 20 + 1);
    const inSheet = await zipOf(
      files.path('long.xlsx'),
      bookOf(`${headerRow}<row>${inline(long)}</row>`),
    );
    const shared = await zipOf(
      files.path('long-shared.xlsx'),
      bookOf(headerRow, { 'xl/strings.xml': `<sst><si><t>${long}</t></si></sst>` }),
    );

    await expect(rowsOf(inSheet)).rejects.toThrow('longer than any spreadsheet writes');
    await expect(rowsOf(shared)).rejects.toThrow('longer than any spreadsheet writes');
  });

  it('that find no room on the disk are no damage of the file', async () => {
    const path = await zipOf(
      files.path('many.xlsx'),
      bookOf(headerRow, {
        'xl/strings.xml': `<sst>${`<si><t>${'я'.repeat(30_000)}</t></si>`.repeat(60)}</sst>`,
      }),
    );

    await expect(openTable(path, files.path('no-such-folder'), INCIDENT_TABLE)).rejects.toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });

  it('of a second sheet with the columns are not read, and that is told', async () => {
    const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const path = await zipOf(
      files.path('sheets.xlsx'),
      bookOf(headerRow, {
        'xl/workbook.xml': `<workbook xmlns:r="${office}"><sheets><sheet name="A" r:id="r1"/><sheet name="Второй" r:id="r1"/></sheets></workbook>`,
      }),
    );
    const table = await openTable(path, tmpdir(), INCIDENT_TABLE);
    table.close();

    expect(table.detected.sheet).toBe('A');
    expect(table.layout.problems[0]?.reason).toContain('the sheet «Второй» has the columns, too');
  });

  it('are read from every way of writing them', async () => {
    const path = await zipOf(
      files.path('ways.xlsx'),
      bookOf(
        `${headerRow}<row><c r="A2" t="s"><v>0</v></c><c r="C2" t="str"><f>A1&amp;"x"</f><v>из формулы</v></c><c r="D2"><f>1+1</f><v>2</v></c></row>` +
          `<row r="5"><c r="A5" t="b"><v>1</v></c><c t="e"><v>#REF!</v></c><c t="n"><v>45986.5</v></c>${inline('_x0041_ &lt;b&gt;')}</row>`,
        {
          'xl/strings.xml':
            '<x:sst xmlns:x="m"><x:si><x:r><x:t>две </x:t></x:r><x:r><x:t>части</x:t></x:r><x:rPh><x:t>чтение</x:t></x:rPh></x:si></x:sst>',
        },
      ),
    );

    expect(await rowsOf(path)).toEqual([
      { row: 2, cells: ['две части', null, 'из формулы', 2] },
      { row: 5, cells: [true, '#REF!', 45_986.5, 'A <b>'] },
    ]);
  });

  it('of many shared texts come back each as it was, in any order', () => {
    const strings = new SharedStrings(tmpdir());
    const textOf = (index: number): string =>
      `${index} ${createHash('sha256')
        .update(String(index))
        .digest('hex')
        .repeat(1 + (index % 90))}😤`;
    for (let index = 0; index < 3_000; index += 1) strings.add(textOf(index));

    for (let step = 0; step < 9_000; step += 1) {
      const index = (step * 7_919) % 3_000;
      expect(strings.get(index) === textOf(index)).toBe(true);
    }
    expect(strings.get(3_000)).toBeUndefined();
    strings.close();
  });

  it('of a table with its names further down, and of a hidden sheet, are found', async () => {
    const path = files.path('title.xlsx');
    await writeXlsx(path, [['Отчёт'], [null], HEADER.split(';'), [7, '2025-01-01', 'а', 'б']]);

    const table = await openTable(path, tmpdir(), INCIDENT_TABLE);
    table.close();

    expect(table.detected.headerRow).toBe(3);
    expect(table.layout.problems.map(({ column }) => column)).toContain('Кабинет');
  });
});

describe('the encoding of a text', () => {
  const text = `${HEADER}\r\n1;2025-01-01;«Ёлка» — №5, да;тема\r\n`;

  it.each([
    ['windows-1251', iconv.encode(text, 'windows-1251')],
    ['utf-8', Buffer.from(text)],
    ['utf-16le', iconv.encode(text, 'utf-16le')],
    ['utf-16be', iconv.encode(text, 'utf-16be', { addBOM: true })],
  ])('%s is found by its bytes', async (encoding, bytes) => {
    const path = await writeBytes(files.path(`e-${encoding}.csv`), bytes);

    const table = await openTable(path, tmpdir(), INCIDENT_TABLE);
    table.close();

    expect(table.detected.encoding).toBe(encoding);
    expect((await rowsOf(path))[0]?.cells[2]).toBe('«Ёлка» — №5, да');
  });

  it('a line that names the separator is obeyed and is no row', async () => {
    const path = await writeBytes(
      files.path('sep.csv'),
      `sep=,\r\n${HEADER.replaceAll(';', ',')}\r\n1,2025-01-01,"а;б;в;г;д",е\r\n`,
    );

    expect(await rowsOf(path)).toEqual([{ row: 2, cells: ['1', '2025-01-01', 'а;б;в;г;д', 'е'] }]);
  });
});

it('the list of columns is that of the real system', () => {
  expect(INCIDENT_COLUMNS).toHaveLength(47);
  expect(new Set(INCIDENT_COLUMNS.map(({ header }) => header)).size).toBe(47);
});
