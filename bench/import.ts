import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../src/process-environment.js';
import type { Subject } from './desk.js';
import { writeIncidentXlsx } from './incident-file.js';
import { incidentRows } from './incident-rows.js';
import type { Servers } from './servers.js';

const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const LIMIT_MS = 10 * 60_000;
const LIVE_EVERY_MS = 1_000;

/** What imports take. Durations ms. */
export interface ImportFigures {
  closed: { rows: number; ms: number; rssMb: number };
  open: {
    rows: number;
    /** Until the last one's first step. */
    startedMs: number;
    /** Messages that came in meanwhile: from POST to their first step, the slowest and the median. */
    live: { count: number; p50Ms: number; maxMs: number };
  };
}

/** Imports closed rows with `otklik import`, then open ones beside a running worker that live messages come in to. */
export async function measureImport(
  desk: Subject & { url: string },
  servers: Servers,
  { closed, open }: { closed: number; open: number },
  progress: (line: string) => void,
): Promise<ImportFigures> {
  const history = join(servers.dataDir, 'closed.xlsx');
  progress(`writing ${closed} rows`);
  await writeIncidentXlsx(history, incidentRows(closed), { shared: true });
  progress('importing them');
  const first = await runImport(servers, desk.url, history);
  if (first.report.rows.in !== closed) {
    throw new Error(`of ${closed} rows ${first.report.rows.in} came in`);
  }
  const lives = join(servers.dataDir, 'open.xlsx');
  const now = Date.now();
  await writeIncidentXlsx(
    lives,
    incidentRows(open, { open, seed: 7, from: now - open * 240_000 - 3_600_000, firstId: 10 ** 7 }),
  );
  await desk.startWorker();
  progress(`importing ${open} open rows`);
  const startedAt = performance.now();
  await runImport(servers, desk.url, lives);
  const live: number[] = [];
  const untilMs = Date.now() + LIMIT_MS;
  while ((await waiting(desk)) > 0) {
    if (Date.now() > untilMs) throw new Error('the imported complaints have not all been started');
    live.push(await postOne(desk, live.length));
    await pause(LIVE_EVERY_MS);
  }
  const startedMs = performance.now() - startedAt;
  const sorted = live.toSorted((a, b) => a - b);
  return {
    closed: { rows: closed, ms: first.ms, rssMb: first.rssMb },
    open: {
      rows: open,
      startedMs,
      live: {
        count: live.length,
        p50Ms: sorted[Math.floor(sorted.length / 2)] ?? 0,
        maxMs: sorted.at(-1) ?? 0,
      },
    },
  };
}

async function waiting({ owner }: Subject): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    `select count(*)::int as count from complaints where run_no = 0 and status <> 'closed'`,
  );
  return rows[0]?.count ?? 0;
}

/** One live message, until its first step. */
async function postOne(desk: Subject, index: number): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(`http://127.0.0.1:${desk.port}${desk.prefix}/complaints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${desk.key ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'web', text: `Живое обращение ${index}: не горит фонарь.` }),
  });
  const { id } = (await response.json()) as { id: string };
  for (;;) {
    const { rows } = await desk.owner.query<{ status: string }>(
      'select status from complaints where id = $1',
      [id],
    );
    if (rows[0]?.status !== 'received') return performance.now() - startedAt;
    await pause(20);
  }
}

interface Report {
  rows: { in: number };
}

/** Runs `otklik import FILE --json` and watches how much memory it takes at most (Linux). */
async function runImport(
  servers: Servers,
  url: string,
  file: string,
): Promise<{ ms: number; rssMb: number; report: Report }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, 'import', file, '--json'], {
    env: childEnvironment({
      DATABASE_URL: url,
      TEMPORAL_ADDRESS: servers.temporal.address,
      OTKLIK_DATA_DIR: servers.dataDir,
    }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let rssMb = 0;
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const watch = setInterval(() => {
    readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').then(
      (status) => {
        rssMb = Math.max(rssMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
      },
      () => undefined,
    );
  }, 200);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`otklik import failed (${String(code)}): ${output}`);
  return { ms: performance.now() - startedAt, rssMb, report: JSON.parse(output) as Report };
}

export function importLines({ closed, open }: ImportFigures): string {
  return [
    'Import',
    `  ${closed.rows} closed rows     ${(closed.ms / 1_000).toFixed(1)} s, ${Math.round(closed.rssMb)} MB at most`,
    `  ${open.rows} open rows       every one has its workflow after ${(open.startedMs / 1_000).toFixed(1)} s`,
    `  ${open.live.count} live messages meanwhile: first step after ${Math.round(open.live.p50Ms)} ms (median), ${Math.round(open.live.maxMs)} ms (slowest)`,
  ].join('\n');
}
