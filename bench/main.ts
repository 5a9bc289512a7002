import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { startBare, startBareIntake } from './bare.js';
import { startLoad } from './children.js';
import { startDesk } from './desk.js';
import { measureLives } from './life-cost.js';
import { compareIntake, compareLives, type Extent } from './measure.js';
import { importLines, measureImport } from './import.js';
import { measureOutage } from './outage.js';
import { comparisonLines, costLines, newReport, outageLines, RATIO_MIN } from './report.js';
import { countRuns } from './runs.js';
import { startServers } from './servers.js';

const FULL: Extent = { pairs: 6, intakeMs: 3_000, lives: 150, outage: 1_000 };
const QUICK: Extent = { pairs: 3, intakeMs: 1_500, lives: 50, outage: 200 };

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    // Some of intake, lives, cost, outage; all when left out. And import, when named.
    only: { type: 'string', multiple: true },
  },
});
const extent = options.quick ? QUICK : FULL;
const livesCounted = options.quick ? 5 : 10;
const isWanted = (part: string): boolean => options.only?.includes(part) ?? true;
const say = (line: string): void => console.log(line);
const progress = (line: string): void => console.error(`… ${line}`);

/** What to stop, the last one first; also when the bench is interrupted. */
const running: { stop(): Promise<void> }[] = [];
async function stopAll(): Promise<void> {
  for (let one = running.pop(); one !== undefined; one = running.pop()) {
    await one.stop();
  }
}
function started<T extends { stop(): Promise<void> }>(one: T): T {
  running.push(one);
  return one;
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void stopAll().finally(() => process.exit(130));
  });
}

async function bench(): Promise<void> {
  const report = newReport();
  progress('starting PostgreSQL and Temporal');
  const servers = started(await startServers(progress));
  const load = started(await startLoad());
  const desk = started(await startDesk(servers));
  const bare = started(await startBare(servers));

  if (isWanted('intake')) {
    progress('(a) intake');
    const same = await startBareIntake(servers);
    report.intake = await compareIntake(load, desk, same, extent).finally(() => same.stop());
    say(
      comparisonLines(
        "(a) POST /complaints, 50 callers, the same INSERTs in the product's tables",
        report.intake,
      ),
    );
    if (!options.quick) {
      report.intakePlain = await compareIntake(load, desk, bare, extent);
      say(
        comparisonLines(
          '    the same against plain tables without search or indexes',
          report.intakePlain,
          null,
        ),
      );
    }
  }
  await desk.startWorker();
  await bare.startWorker();
  const client = new Client({ connection: Connection.lazy({ address: servers.temporal.address }) });
  if (isWanted('lives')) {
    progress('(b) whole lives');
    report.lives = await compareLives(load, desk, bare, extent);
    say(
      comparisonLines(
        '(b) whole lives, 50 callers (times: until the final reply is taken)',
        report.lives,
      ),
    );
  }
  if (isWanted('cost')) {
    progress('(c) one life');
    report.lifeCost = {
      otklik: await measureLives(desk, client, servers.logDir, livesCounted),
      bare: await measureLives(bare, client, servers.logDir, livesCounted),
    };
    say(costLines(report.lifeCost));
  }
  await bare.stopWorker();
  if (isWanted('outage')) {
    progress('an outage of Temporal');
    const runsOf = (numbers: string[]) => countRuns(client, numbers);
    report.outage = await measureOutage(load, desk, () => servers.stopTemporal(), runsOf, extent);
    say(outageLines(report.outage));
  }
  await client.connection.close();
  // The last: it leaves a hundred thousand rows behind. Only when asked for.
  if (options.only?.includes('import') === true) {
    progress('imports');
    const extentOfImport = options.quick
      ? { closed: 10_000, open: 200 }
      : { closed: 100_000, open: 1_000 };
    await desk.stopWorker();
    report.import = await measureImport(desk, servers, extentOfImport, progress);
    say(importLines(report.import));
  }

  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  const { intake, lives, outage } = report;
  const ratios = [intake?.ratio ?? 1, lives?.ratio ?? 1];
  process.exitCode = Math.min(...ratios) >= RATIO_MIN && !outage?.wrongRuns ? 0 : 1;
}

try {
  await bench();
} finally {
  await stopAll();
}
