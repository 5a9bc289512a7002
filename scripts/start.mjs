import './node-version.mjs';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { main, root } from './stages.mjs';

const lookEveryMs = 250;

/** The parent of a process, where the system tells it cheaply; undefined when it has ended. */
function parentOf(pid) {
  if (pid === process.pid) {
    return process.ppid;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** The processes between us and npm, npm included: npm may have put a shell in between. */
function launchers() {
  const chain = [process.pid];
  const isNpm = () => {
    try {
      return readFileSync(`/proc/${chain.at(-1)}/cmdline`, 'utf8').startsWith('npm');
    } catch {
      return true;
    }
  };
  while (chain.length < 4 && (chain.length === 1 || !isNpm())) {
    const parent = parentOf(chain.at(-1));
    if (!parent || parent === 1) {
      break;
    }
    chain.push(parent);
  }
  return chain;
}

/**
 * Calls `gone` when npm, which people know as the parent, is killed: nobody would be left in the terminal to stop us. A
 * killed parent's child gets another one, so the chain of parents no longer is what it was.
 */
function watchNpm(gone) {
  if (process.env.npm_lifecycle_event !== 'start') {
    return;
  }
  const chain = process.platform === 'linux' ? launchers() : [process.pid, process.ppid];
  setInterval(() => {
    if (chain.slice(1).some((pid, index) => parentOf(chain[index]) !== pid)) {
      gone();
    }
  }, lookEveryMs).unref();
}

/** Runs `otklik up` in the foreground; a signal for npm reaches it too, and its exit code is ours. */
function up(args) {
  return new Promise((resolve, reject) => {
    // The channel carries nothing: when we are killed it closes, and `up` stops in good order.
    const child = spawn(process.execPath, ['dist/src/cli/main.js', 'up', ...args], {
      cwd: root,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    // A terminal sends Ctrl-C to the whole group itself; passing it on again is harmless, `up` counts one stop.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => child.kill(signal));
    }
    let isLeft = false;
    watchNpm(() => {
      if (!isLeft) {
        isLeft = true;
        child.kill('SIGTERM');
      }
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  return up(process.argv.slice(2));
});
