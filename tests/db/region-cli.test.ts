import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { registerMigrate } from '../../src/cli/migrate.js';
import { registerRegion } from '../../src/cli/region.js';
import { migrate } from '../../src/db/migrate.js';
import { testDatabase } from '../support/servers.js';

describe('otklik region', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let folder: string;
  const printed = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const before = process.env.DATABASE_URL;

  beforeAll(async () => {
    database = await testDatabase();
    await migrate(database.url);
    process.env.DATABASE_URL = database.url;
    folder = join(await mkdtemp(join(tmpdir(), 'region-cli-')), 'mine');
    await cp('regions/example', folder, { recursive: true });
  });
  afterEach(() => {
    printed.mockClear();
    process.exitCode = 0;
  });
  afterAll(async () => {
    printed.mockRestore();
    if (before === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = before;
    await rm(join(folder, '..'), { recursive: true });
    await database.drop();
  });

  const run = async (...words: string[]): Promise<string> => {
    const program = new Command().exitOverride();
    registerRegion(program);
    await program.parseAsync(['region', ...words], { from: 'user' });
    return printed.mock.calls.flat().join('\n');
  };
  const edit = async (file: string, found: string, instead: string): Promise<void> => {
    const text = await readFile(join(folder, file), 'utf8');
    await writeFile(join(folder, file), text.replace(found, instead));
  };

  it('checks with the figures of the proof', async () => {
    const text = await run('check', folder);

    expect(text).toMatch(
      /5 topics × 2 municipalities \(10\) has an answerer; none of 5 routing rules/,
    );
    expect(text).toMatch(/2 topics have an answerer, 3 wait for an operator/);
  });

  it('tells before it loads, loads, and has nothing more to tell then', async () => {
    expect(await run('diff', folder)).toMatch(
      /agency added 6: desk, .*\n[^]*A load would change 31 items/,
    );
    printed.mockClear();
    expect(JSON.parse(await run('load', folder, '--json'))).toMatchObject({
      region: 'example',
      changed: 31,
    });
    printed.mockClear();
    expect(await run('diff', folder)).toMatch(/the database says what the files say/);
  });

  it('leaves the desk to its region when nobody names another', async () => {
    const named = process.env.OTKLIK_REGION;
    delete process.env.OTKLIK_REGION;
    try {
      const migrating = new Command().exitOverride();
      registerMigrate(migrating);
      await migrating.parseAsync(['migrate'], { from: 'user' });

      expect(printed.mock.calls.flat().join('\n')).toMatch(/region example stays as it is/);
      await expect(run('load')).rejects.toThrow(/The desk is that of the region "example"/);
      printed.mockClear();
      expect(await run('diff', folder)).toMatch(/the database says what the files say/);
    } finally {
      if (named !== undefined) process.env.OTKLIK_REGION = named;
    }
  });

  it('names the members that differ', async () => {
    await edit('topics.yaml', 'severity: 3', 'severity: 2');

    expect(await run('diff', folder)).toMatch(/topic changed 1: roads.potholes \(severity\)/);
  });

  it('gives mistakes as JSON with exit code 1, and refuses them in words otherwise', async () => {
    await edit('agencies.yaml', 'parent: roads-ministry', 'parent: bridges');

    expect(JSON.parse(await run('check', folder, '--json'))).toMatchObject({
      problems: [
        { file: 'agencies.yaml', reason: expect.stringMatching(/circle: bridges → bridges/) },
      ],
    });
    expect(process.exitCode).toBe(1);
    await expect(run('load', folder)).rejects.toThrow(
      /agencies\.yaml:\d+: the parents go in a circle/,
    );
  });
});
