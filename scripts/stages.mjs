import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';

/** The folder of the checkout; every script works from here, wherever it was called. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const quietMs = 1000;
const plainLineEveryMs = 15_000;

const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

/** Shows that `work` is under way once it lasts longer than a second: a spinner in a terminal, plain lines elsewhere. */
export async function stage(label, work) {
  const startedMs = Date.now();
  const terminal = process.stderr.isTTY === true;
  let shown = false;
  let frame = 0;
  const tick = () => {
    if (terminal) {
      process.stderr.write(
        `\r\x1b[K${frames[frame++ % frames.length]} ${label} ${seconds(startedMs)}`,
      );
    } else {
      process.stderr.write(`${label} … ${shown ? seconds(startedMs) : ''}\n`);
    }
    shown = true;
  };
  let repeat;
  const first = setTimeout(() => {
    tick();
    repeat = setInterval(tick, terminal ? 100 : plainLineEveryMs);
  }, quietMs);
  const end = (mark) => {
    clearTimeout(first);
    clearInterval(repeat);
    if (shown) {
      process.stderr.write(
        `${terminal ? '\r\x1b[K' : ''}${mark} ${label} (${seconds(startedMs)})\n`,
      );
    }
  };
  try {
    const result = await work();
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
}

/** A failure whose message is meant for the person at the terminal; printed without a stack. */
export class StageFailed extends Error {}

/**
 * Runs a program in the checkout and resolves with what it printed. Its output is shown only when it fails,
 * or as it comes with `inherit`. Throws StageFailed on a non-zero exit.
 */
export function run(
  command,
  args,
  { inherit = false, discardStdout = false, env = {}, allowFailure = false } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: inherit
        ? ['inherit', discardStdout ? 'ignore' : 'inherit', 'inherit']
        : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new StageFailed(`${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0 || allowFailure) {
        resolve({ code: code ?? 1, output });
        return;
      }
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      reject(new StageFailed(`${output}\n${command} ${args.join(' ')} ${how}`.trim()));
    });
  });
}

/** The end of every script: a StageFailed is one message and exit code 1, anything else keeps its stack. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(error instanceof StageFailed ? error.message : error);
    process.exitCode = 1;
  }
}
