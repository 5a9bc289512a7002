import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../process-environment.js';
import { logFile } from './log-files.js';
import type { ProcessMark } from './process-mark.js';
import type { RunningServer } from './running-server.js';
import { serverFrom } from './running-server.js';

/** The command line of this product, compiled: dist/src/cli/main.js. */
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** Longer than the worker's own grace for running activities. */
export const PROGRAM_STOP = { signal: 'SIGTERM', limitMs: 30_000 } as const;

/** Starts `otklik <verb>` as a child with its log in a file; it is not waited for. */
export async function startProgram(
  verb: 'api' | 'worker',
  environment: Record<string, string>,
  logDir: string,
  onStart: (mark: ProcessMark) => Promise<void>,
): Promise<RunningServer> {
  const output = openSync(logFile(logDir, verb), 'a');
  // Its own process group: Ctrl-C reaches `up` alone, which then stops its children in order.
  const child = spawn(process.execPath, [MAIN, verb], {
    env: childEnvironment(environment),
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const server = await serverFrom(verb, child, PROGRAM_STOP);
  await onStart(server.mark);
  return server;
}

/**
 * Runs `otklik <verb>` to its end and gives back what it printed.
 * @throws Error with that text when it fails.
 */
export function runProgram(args: string[], environment: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: childEnvironment(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(output);
      } else {
        reject(new Error(`otklik ${args[0]} failed (${signal ?? code}):\n${output.trim()}`));
      }
    });
  });
}
