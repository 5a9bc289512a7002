import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isRunning, waitForEnd } from '../../src/cli/embedded/process-mark.js';
import { readRunRecord } from '../../src/cli/embedded/run-record.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const READY_LIMIT_MS = 120_000;

interface Started {
  child: ChildProcess;
  /** All it has printed so far. */
  output: () => string;
  /** Settles with the address once it says that it is ready. Rejects when it ends before. */
  ready: Promise<string>;
  ended: Promise<number | null>;
}

let dataDir: string;
let started: Started[] = [];

function up(port: number): Started {
  const child = spawn(process.execPath, [MAIN, 'up'], {
    env: { ...ownServers(), PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<string>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /is ready[^]*?API +(\S+)\/api\/v1/.exec(output)?.[1];
      if (url) {
        resolve(url);
      }
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void ended.then(() => reject(new Error(`It ended before it was ready:\n${output}`)));
  });
  ready.catch(() => undefined);
  const one = { child, output: () => output, ready, ended };
  started.push(one);
  return one;
}

const ownServers = () => ({
  ...process.env,
  OTKLIK_DATA_DIR: dataDir,
  DATABASE_URL: '',
  TEMPORAL_ADDRESS: '',
});

const verb = (...args: string[]) =>
  promisify(execFile)(process.execPath, [MAIN, ...args], { env: ownServers() });

/** What runs for the data directory by its own record. */
async function recorded() {
  const record = await readRunRecord(dataDir);
  return Object.values(record?.processes ?? {}).map(({ mark }) => mark);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'otklik-up-'));
  await chmod(dataDir, 0o755);
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

afterEach(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGINT');
    await ended;
  }
  started = [];
});

describe('otklik up', () => {
  it(
    'brings the whole desk up, says where, and stops all of it on Ctrl-C',
    async () => {
      const desk = up(await freePort());
      const url = await desk.ready;
      const processes = await recorded();
      expect(processes).toHaveLength(4);
      const key = (await readFile(join(dataDir, 'admin-key'), 'utf8')).trim();
      expect(desk.output()).toContain(key);
      const topics = await fetch(`${url}/api/v1/topics`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(topics.status).toBe(200);

      const second = up(await freePort());
      expect(await second.ended).toBe(1);
      expect(second.output()).toContain(`already runs here at ${url}`);

      // An operator's verb finds its servers without being told where they are.
      expect(JSON.parse((await verb('audit', 'verify', '--json')).stdout)).toMatchObject({
        problemCount: 0,
      });

      desk.child.kill('SIGINT');
      expect(await desk.ended).toBe(0);
      expect(await Promise.all(processes.map(isRunning))).toEqual([false, false, false, false]);
      const without = await verb('audit', 'verify').catch((error: unknown) => error);
      expect(without).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`No desk runs on ${dataDir}`),
      });
    },
    READY_LIMIT_MS,
  );

  it(
    'leaves nothing running when it is killed, and keeps key and data for the next start',
    async () => {
      const port = await freePort();
      const killed = up(port);
      await killed.ready;
      const processes = await recorded();
      killed.child.kill('SIGKILL');
      await killed.ended;
      const again = up(port);
      const url = await again.ready;
      expect(again.output()).not.toContain('made now');
      const ends = await Promise.all(processes.map((mark) => waitForEnd(mark, 10_000)));
      expect(ends).toEqual([true, true, true, true]);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    },
    READY_LIMIT_MS,
  );

  it(
    'takes the next free port when its own is taken, and says so',
    async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const address = taken.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const desk = up(port);
      const url = await desk.ready;
      taken.close();
      expect(new URL(url).port).not.toBe(String(port));
      expect(desk.output()).toContain(`Port ${port} is taken`);
    },
    READY_LIMIT_MS,
  );
});
