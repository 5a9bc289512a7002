import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { FoundServer } from '../../temporal/find-server.js';
import { minorOf } from '../../temporal/find-server.js';
import { SEARCH_ATTRIBUTES } from '../../temporal/names.js';
import { childEnvironment } from '../../process-environment.js';
import { lastLines, logFile } from './log-files.js';
import { choosePort } from './ports.js';
import type { ProcessMark } from './process-mark.js';
import type { RunningServer } from './running-server.js';
import { serverFrom } from './running-server.js';

export interface TemporalOptions {
  /** Ends the attempts to start. */
  signal?: AbortSignal;
  /** Exactly this port, for a start again that its users must not notice. */
  keepPort?: number;
  /** Told of the process before it answers, so that it is known even if we are killed while waiting. */
  onStart?: (mark: ProcessMark) => Promise<void>;
  server: FoundServer;
  /** The folder of its database file; undefined keeps nothing. */
  dataDir: string | undefined;
  logDir: string;
  namespace: string;
  /** Ports tried first, in order. */
  ports: number[];
  uiPorts: number[];
  /** Without the web UI, for tests. */
  headless: boolean;
}

export interface RunningTemporal extends RunningServer {
  port: number;
  /** `host:port`, as TEMPORAL_ADDRESS takes it. */
  address: string;
  uiPort: number;
}

export const TEMPORAL_STOP = { signal: 'SIGTERM', limitMs: 10_000 } as const;

const READY_LIMIT_MS = 60_000;
const ATTEMPTS = 3;

/** What the command line calls the types of search attributes. */
const TYPE_NAMES = { KEYWORD: 'Keyword', INT: 'Int', DATETIME: 'Datetime' } as const;

/** The major and minor version that wrote the data, for finding a server that reads it; undefined without data. */
export async function serverMinorOf(dataDir: string): Promise<string | undefined> {
  const version = await readFile(versionFile(dataDir), 'utf8').catch(() => '');
  return version ? minorOf(version.trim()) : undefined;
}

const versionFile = (dataDir: string) => join(dataDir, 'temporal', 'server-version');

/**
 * Starts a Temporal dev server and waits until its namespace answers.
 * @throws Error when the data was written by another minor version: the dev server never migrates its file.
 */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  if (options.dataDir) {
    const written = await serverMinorOf(options.dataDir);
    if (written && written !== minorOf(options.server.version)) {
      throw new Error(
        `The workflows in ${join(options.dataDir, 'temporal')} were written by Temporal server ${written}, and this is ${options.server.version}, which does not read them. Use a server ${written}, or move that folder away and run "otklik rebuild" for the open complaints.`,
      );
    }
    await mkdir(join(options.dataDir, 'temporal'), { recursive: true });
    await writeFile(versionFile(options.dataDir), `${options.server.version}\n`);
  }
  let problem: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await sleep(attempt * 500);
    options.signal?.throwIfAborted();
    try {
      return await startOnce(options, attempt === 0);
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

async function startOnce(options: TemporalOptions, first: boolean): Promise<RunningTemporal> {
  const port = options.keepPort ?? (await choosePort(first ? options.ports : []));
  const wishedUi = (first ? options.uiPorts : []).filter((wished) => wished !== port);
  const uiPort = options.headless ? 0 : await choosePort(wishedUi);
  const log = logFile(options.logDir, 'temporal');
  const output = openSync(log, 'a');
  // Its own process group, so that Ctrl-C in a terminal does not take it from under the worker.
  const child = spawn(options.server.path, serverArguments(options, port, uiPort), {
    env: childEnvironment({ TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined }),
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const server = await serverFrom('temporal', child, TEMPORAL_STOP);
  await options.onStart?.(server.mark);
  const address = `127.0.0.1:${port}`;
  const untilMs = Date.now() + READY_LIMIT_MS;
  while (!(await answers(address, options.namespace))) {
    if (server.hasEnded() || Date.now() > untilMs) {
      await server.stop();
      throw new Error(`Temporal did not start. The end of ${log}:\n${await lastLines(log)}`);
    }
    await sleep(50);
  }
  return { ...server, port, address, uiPort };
}

function serverArguments(options: TemporalOptions, port: number, uiPort: number): string[] {
  const { dataDir, headless, namespace } = options;
  const dynamic = {
    'matching.numTaskqueueReadPartitions': '1',
    'matching.numTaskqueueWritePartitions': '1',
    'matching.useNewMatcher': 'true',
    'matching.enableFairness': 'true',
  };
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', String(port)],
    ...(headless ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...['--log-level', 'warn', '--log-format', 'json'],
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...(dataDir
      ? [
          ...['--db-filename', join(dataDir, 'temporal', 'temporal.db')],
          // With the default pragmas the disk is the limit: 300 complaints took more than a minute.
          ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
        ]
      : []),
    ...Object.entries(dynamic).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${value}`,
    ]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${TYPE_NAMES[type]}`,
    ]),
  ];
}

async function answers(address: string, namespace: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 500 });
    await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    return Object.keys(SEARCH_ATTRIBUTES).every((name) => name in (customAttributes ?? {}));
  } catch {
    return false;
  } finally {
    await connection?.close().catch(() => undefined);
  }
}
