import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../src/process-environment.js';
import type { Answer } from '../support/http-desk.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** A process of the product. Like a service manager, it is started again whenever it ends by itself. */
export class Part {
  private child: ChildProcess | undefined;
  private isWanted = false;

  constructor(
    private readonly command: 'api' | 'worker',
    private readonly env: Record<string, string>,
  ) {}

  start(): void {
    this.isWanted = true;
    const logDir = process.env.OTKLIK_TEST_RUN_DIR!;
    const log = openSync(join(logDir, `${this.command}.log`), 'a');
    const child = spawn(process.execPath, [MAIN, this.command], {
      env: childEnvironment(this.env),
      stdio: ['ignore', log, log],
    });
    this.child = child;
    // For the guard, which ends what is left over when jest itself is killed.
    void writeFile(
      join(logDir, `${this.command}-${child.pid}.process.json`),
      JSON.stringify({ pid: child.pid, program: MAIN, stop: 'SIGKILL' }),
    );
    child.once('exit', () => {
      if (this.isWanted && this.child === child) {
        setTimeout(() => {
          if (this.isWanted && this.child === child) {
            this.start();
          }
        }, 500);
      }
    });
  }

  /** Ends it with no chance to finish anything. */
  async kill(): Promise<void> {
    this.isWanted = false;
    const { child } = this;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  }
}

/** Runs a command of the product to its end. @throws Error with what it said when it fails. */
export async function otklik(env: Record<string, string>, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new Error(`otklik ${args.join(' ')} ended with ${code}: ${output}`);
  }
  return output;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Calls the API as a client that gives up after 15 s. @throws whatever fetch throws, such as for a dead API. */
export async function callApi(
  baseUrl: string,
  key: string | null,
  method: string,
  path: string,
  body?: unknown,
  idempotencyKey?: string,
): Promise<Answer> {
  const response = await fetch(`${baseUrl}/api/v1${path}`, {
    method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}
