import './node-version.mjs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { main, root, run } from './stages.mjs';

/** What jest wrote down, as counts and the names of what was skipped. A file that did not even load is one failure. */
async function readResults(path) {
  const report = JSON.parse(await readFile(path, 'utf8'));
  const skipped = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => ['pending', 'skipped', 'todo', 'disabled'].includes(status))
      .map(({ fullName }) => fullName),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped,
    succeeded: report.success,
  };
}

await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const folder = await mkdtemp(join(tmpdir(), 'otklik-results-'));
  try {
    const report = join(folder, 'results.json');
    const { code } = await run(
      process.execPath,
      [
        // Without the flag there are no ES modules in jest; the warning says so at every start.
        ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
        'node_modules/jest/bin/jest.js',
        ...['--json', `--outputFile=${report}`],
        ...process.argv.slice(2),
      ],
      {
        inherit: true,
        discardStdout: true,
        allowFailure: true,
        env: { OTKLIK_TEST_BUNDLE: join(root, 'dist', 'workflow-bundle.js') },
      },
    );
    const results = await readResults(report).catch(() => undefined);
    if (!results) {
      console.log('0 passed, 1 failed, 0 skipped');
      return code || 1;
    }
    for (const name of results.skipped) {
      console.log(`skipped: ${name}`);
    }
    const skipFails = Boolean(process.env.CI) && process.env.CI !== 'false';
    if (skipFails && results.skipped.length > 0) {
      console.log('A skipped test is a failure when CI is set.');
    }
    console.log(
      `${results.passed} passed, ${results.failed} failed, ${results.skipped.length} skipped`,
    );
    return code || (skipFails && results.skipped.length > 0) || !results.succeeded ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
