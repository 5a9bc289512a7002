// Started beside jest: outlives it, even when it is killed, just long enough to leave no server and no file behind.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const runDir = process.argv[2];
const limitMs = 10_000;

// A terminal's Ctrl-C is for jest; we end when its pipe does.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.stdin.resume();
await new Promise((resolve) => {
  process.stdin.once('end', resolve);
  process.stdin.once('error', resolve);
  process.stdin.once('close', resolve);
});

/** The command line of a process; empty when it has ended. */
function commandLineOf(pid) {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** The servers of this run: a number that belongs to another program by now is left alone. */
function running() {
  return readdirSync(runDir)
    .filter((file) => file.endsWith('.process.json'))
    .flatMap((file) => {
      try {
        return [JSON.parse(readFileSync(join(runDir, file), 'utf8'))];
      } catch {
        // Being written just now by a worker that outlives jest a moment: the next round sees it whole.
        return [];
      }
    })
    .filter(({ pid, program }) => commandLineOf(pid).includes(program));
}

const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    // It ended between the look and the signal.
  }
};

async function stopAll() {
  const untilMs = Date.now() + limitMs;
  for (const { pid, stop } of running()) {
    signal(pid, stop);
  }
  while (running().length > 0 && Date.now() < untilMs) {
    await sleep(50);
  }
  for (const { pid } of running()) {
    signal(pid, 'SIGKILL');
  }
}

// Workers of a killed jest may still start a server or write a file: rounds, until nothing comes any more.
for (let round = 0; round < 20 && existsSync(runDir); round += 1) {
  try {
    await stopAll();
    rmSync(runDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  } catch {
    // The folder changed under our hands.
  }
  if (existsSync(runDir)) {
    await sleep(500);
  }
}
process.exit(0);
