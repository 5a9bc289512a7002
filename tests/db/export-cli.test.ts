import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { registerExport } from '../../src/cli/export.js';
import { csvRows, xlsxRows } from '../support/exported.js';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

const environment = { ...process.env };
let desk: ResourceDesk;
let folder: string;

beforeAll(async () => {
  desk = await openResourceDesk();
  folder = await mkdtemp(join(tmpdir(), 'otklik-export-'));
  Object.assign(process.env, { DATABASE_URL: desk.databaseUrl, LOG_LEVEL: 'silent' });
  for (const day of [1, 2, 3]) {
    await desk.seed({
      text: `Текст ${day}`,
      receivedAt: new Date(`2026-01-0${day}T09:00:00Z`),
      columns: { author_name: 'ТайныйАвтор', status: day === 1 ? 'assigned' : 'received' },
    });
  }
});
afterAll(async () => {
  process.env = { ...environment };
  await desk.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the verb in this process. @returns what it printed and the exit code it asked for. */
async function otklik(...verb: string[]): Promise<{ out: string; err: string; code: unknown }> {
  const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    const program = new Command('otklik');
    registerExport(program);
    await program.parseAsync(['export', ...verb], { from: 'user' });
    const said = (spy: typeof out): string => spy.mock.calls.map(([text]) => String(text)).join('');
    return { out: said(out), err: said(err), code: process.exitCode ?? 0 };
  } finally {
    process.exitCode = before;
    out.mockRestore();
    err.mockRestore();
  }
}

describe('otklik export', () => {
  it('writes a whole file for its owner alone, and says what it wrote', async () => {
    const file = join(folder, 'all.xlsx');

    const { out, code } = await otklik('--out', file, '--json');

    const { size, mode } = await stat(file);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      file,
      rows: 3,
      bytes: size,
      format: 'xlsx',
      columns: 'plain',
    });
    expect(mode & 0o777).toBe(0o600);
    expect(await xlsxRows(await readFile(file))).toHaveLength(3);
  });

  it('narrows by days, states and the rest, in the zone that it is told', async () => {
    const file = join(folder, 'some.csv');

    await otklik(
      ...['--format', 'csv', '--separator', 'tab', '--zone', 'UTC', '--out', file, '--no-personal'],
      ...['--from', '2026-01-02', '--to', '2026-01-02', '--status', 'received,triage'],
    );

    const text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
    expect(csvRows(text, '\t')).toMatchObject([{ Поступило: '2026-01-02 09:00:00', Текст: '' }]);
    expect(text).not.toContain('ТайныйАвтор');
  });

  it('writes over nothing unless told to, and leaves no half of a file', async () => {
    const file = join(folder, 'kept.csv');
    await writeFile(file, 'моё');

    const refused = await otklik('--format', 'csv', '--out', file);
    const nowhere = await otklik('--out', join(folder, 'no', 'such.xlsx'));
    await desk.owner.query('alter table replies rename to replies_away');
    const broken = otklik('--out', join(folder, 'broken.xlsx'));
    await expect(broken).rejects.toThrow();
    await desk.owner.query('alter table replies_away rename to replies');

    expect([refused.code, nowhere.code]).toEqual([1, 1]);
    expect(refused.err).toContain('--force');
    expect(nowhere.err).toBe('There is no such folder.\n');
    expect(await readFile(file, 'utf8')).toBe('моё');
    expect((await readdir(folder)).filter((name) => /part|broken/.test(name))).toEqual([]);
    expect((await otklik('--format', 'csv', '--out', file, '--force')).code).toBe(0);
    expect(csvRows((await readFile(file, 'utf8')).slice(1))).toHaveLength(3);
  });

  it('names a wrong option', async () => {
    const { err, code } = await otklik(
      '--zone',
      'Mars/Base',
      '--status',
      'nowhere',
      '--topic',
      'x',
    );
    const unknown = await otklik('--topic', 'nothing');

    expect(code).toBe(1);
    expect(err).toContain('zone: must be a time zone');
    expect(err).toContain('status[0]: ');
    expect(unknown.err).toBe('topic: "nothing" is not known\n');
  });
});
