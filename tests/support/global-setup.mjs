import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * One folder for this run of jest: the test files start PostgreSQL and Temporal there when first asked
 * (tests/support/servers.ts), so a run of pure unit tests starts nothing. The guard holds a pipe from this process; when
 * the pipe closes, at the end or because jest was killed, it stops the servers and takes the folder away.
 */
export default async function setUp() {
  const runDir = realpathSync(mkdtempSync(join(tmpdir(), 'otklik-test-')));
  // Under root, PostgreSQL runs as another account, which must get in.
  chmodSync(runDir, 0o755);
  process.env.OTKLIK_TEST_RUN_DIR = runDir;
  const guard = spawn(
    process.execPath,
    [join(dirname(fileURLToPath(import.meta.url)), 'guard.mjs'), runDir],
    { stdio: ['pipe', 'ignore', 'inherit'], detached: true },
  );
  guard.unref();
  guard.stdin.unref();
  globalThis.otklikTestGuard = guard;
}
