import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { isRunning, markProcess } from '../../src/cli/embedded/process-mark.js';
import { findRunningDesk } from '../../src/cli/embedded/running-desk.js';
import { readRunRecord } from '../../src/cli/embedded/run-record.js';
import { readOverview, type Overview } from '../../src/db/overview.js';
import { untilHolds } from '../support/until-holds.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const LIMIT_MS = 85_000;

interface Run {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

let base: string;
let demoDir: string;
const runs: Run[] = [];

function otklik(args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], {
    // A desk of the operator's own, which the demo must not touch.
    env: {
      ...process.env,
      OTKLIK_DATA_DIR: join(base, 'desk'),
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/operators-own',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      SMTP_URL: 'smtp://127.0.0.1:1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const run = { child, output: () => output, ended };
  runs.push(run);
  return run;
}

/** Command lines of running programs that name a path. */
const programsNaming = (path: string): string[] =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(path));

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'otklik-demo-'));
  await chmod(base, 0o755);
  demoDir = join(base, 'desk-demo');
});

afterEach(async () => {
  await otklik(['--remove']).ended;
  for (const { child, ended } of runs.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await rm(demoDir, { recursive: true, force: true });
});

afterAll(() => rm(base, { recursive: true, force: true }));

describe('otklik demo', () => {
  it(
    'shows queues, escalations, approvals, closings and reopenings, and is gone after --remove',
    async () => {
      const demo = otklik([
        '--scale',
        '1200',
        '--messages',
        '150',
        '--port',
        '3150',
        '--lang',
        'en',
      ]);
      const desk = await untilHolds(
        () => findRunningDesk(demoDir),
        (found) => found !== undefined,
        LIMIT_MS / 2,
      );
      const db = new pg.Pool({ connectionString: desk!.DATABASE_URL, max: 1 });
      const states = new Set<string>();
      let escalated = 0;
      const look = async (): Promise<Overview | null> => {
        const seen = await readOverview(db, 0).catch(() => null);
        Object.keys(seen?.byStatus ?? {}).forEach((status) => states.add(status));
        escalated = Math.max(escalated, ...Object.keys(seen?.byLevel ?? {}).map(Number));
        return seen;
      };
      const isShown = (seen: Overview | null): boolean =>
        seen !== null &&
        states.size >= 6 &&
        states.has('in_review') &&
        escalated >= 1 &&
        (seen.byStatus.closed ?? 0) >= 10 &&
        seen.reopened >= 1;
      try {
        await untilHolds(look, isShown, LIMIT_MS);
        await untilHolds(
          async () => demo.output(),
          (text) => /in review [1-9]/.test(text),
          15_000,
        );
      } finally {
        await db.end();
      }
      const key = (await readFile(join(demoDir, 'admin-key'), 'utf8')).trim();
      const closed = await fetch(`${desk!.API_URL}/api/v1/complaints?status=closed`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(((await closed.json()) as { total: number }).total).toBeGreaterThanOrEqual(10);

      const record = await readRunRecord(demoDir);
      const processes = [
        (await markProcess(demo.child.pid!))!,
        ...Object.values(record!.processes).map(({ mark }) => mark),
      ];
      expect(processes).toHaveLength(5);
      const removal = otklik(['--remove']);
      expect(await removal.ended).toBe(0);
      expect(removal.output()).toContain('is stopped and deleted');
      expect(await demo.ended).toBe(0);
      expect(await Promise.all(processes.map(isRunning))).toEqual(processes.map(() => false));
      expect(await readdir(base)).toEqual([]);
      // Its keeper too, which ends by itself once it has nothing to look after.
      await untilHolds(
        async () => programsNaming(demoDir),
        (left) => left.length === 0,
      );
    },
    LIMIT_MS + 30_000,
  );

  it('removes nothing where there is no demo, and leaves a strange directory alone', async () => {
    const nothing = otklik(['--remove']);
    expect(await nothing.ended).toBe(0);
    expect(nothing.output()).toContain('No demo in');

    await mkdir(demoDir);
    await writeFile(join(demoDir, 'letters.txt'), 'dear');
    for (const args of [['--remove'], ['--fresh'], []]) {
      const strange = otklik(args);
      expect(await strange.ended).toBe(1);
      expect(strange.output()).toContain("is no demo's");
    }
    expect(existsSync(join(demoDir, 'letters.txt'))).toBe(true);
  });

  it('is refused in production, and with a scale that is no scale', async () => {
    const production = otklik([], { NODE_ENV: 'production' });
    expect(await production.ended).toBe(1);
    expect(production.output()).toContain('not allowed when NODE_ENV=production');
    const scaled = otklik(['--scale', 'fast']);
    expect(await scaled.ended).toBe(1);
    expect(scaled.output()).toContain('a number from 1 to 1500');
    expect(existsSync(demoDir)).toBe(false);
  });
});
