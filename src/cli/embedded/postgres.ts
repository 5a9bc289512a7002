import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { childEnvironment } from '../../process-environment.js';
import { choosePort } from './ports.js';
import { lastLines, logFile } from './log-files.js';
import type { PostgresHome } from './postgres-home.js';
import type { ProcessMark } from './process-mark.js';
import { inspectProcess, markProcess, stopProcess } from './process-mark.js';
import type { RunningServer } from './running-server.js';
import { serverFrom } from './running-server.js';

export interface PostgresOptions {
  /** Ends the attempts to start. */
  signal?: AbortSignal;
  /** Exactly this port, for a start again that its users must not notice. */
  keepPort?: number;
  /** Told of the process before it answers, so that it is known even if we are killed while waiting. */
  onStart?: (mark: ProcessMark) => Promise<void>;
  home: PostgresHome;
  /** Where its log goes: `<logDir>/postgres.log`. */
  logDir: string;
  /** Ports tried first, in order. */
  ports: number[];
  /** False gives up safety against a crash of the machine for speed: for tests only. */
  durable: boolean;
}

export interface RunningPostgres extends RunningServer {
  port: number;
  /** The address of a database of the cluster, with user and password. */
  urlOf: (database: string) => string;
}

/** SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written. */
export const POSTGRES_STOP = { signal: 'SIGINT', limitMs: 20_000 } as const;

const READY_LIMIT_MS = 60_000;
const ATTEMPTS = 4;

/** Starts the cluster and waits until it answers. A server left over from a killed start is stopped first. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  await stopLeftover(options.home.cluster);
  let problem: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // A taken port, or children of a killed server that still hold its memory: both are gone on another attempt.
    await sleep(attempt * 500);
    options.signal?.throwIfAborted();
    try {
      return await startOnce(options, attempt === 0 ? options.ports : []);
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

async function startOnce(options: PostgresOptions, ports: number[]): Promise<RunningPostgres> {
  const { home, logDir } = options;
  const port = options.keepPort ?? (await choosePort(ports));
  const log = logFile(logDir, 'postgres');
  const output = openSync(log, 'a');
  // Its own process group: Ctrl-C in a terminal must reach us alone, or the database would stop before its users.
  const child = spawn(home.binaries.postgres, serverArguments(options, port), {
    ...home.account,
    cwd: '/',
    env: childEnvironment({ LC_ALL: undefined, LC_MESSAGES: 'C' }),
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const urlOf = (database: string) =>
    `postgresql://otklik:${encodeURIComponent(home.password)}@127.0.0.1:${port}/${database}`;
  const server = await serverFrom('postgres', child, POSTGRES_STOP);
  await options.onStart?.(server.mark);
  const untilMs = Date.now() + READY_LIMIT_MS;
  while (!(await answers(urlOf('postgres')))) {
    if (server.hasEnded() || Date.now() > untilMs) {
      await server.stop();
      throw new Error(`PostgreSQL did not start. The end of ${log}:\n${await lastLines(log)}`);
    }
    await sleep(50);
  }
  return { ...server, port, urlOf };
}

function serverArguments({ home, durable }: PostgresOptions, port: number): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    random_page_cost: '1.1',
    jit: 'off',
    synchronous_commit: durable ? 'on' : 'off',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements would carry citizens' words into the log.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  };
  const pairs = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', home.cluster, '-p', String(port), ...pairs];
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes the database when it is not there yet. The name must be a plain identifier. */
export async function ensureDatabase(server: RunningPostgres, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.urlOf('postgres') });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) {
      await client.query(`create database ${client.escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
}

/**
 * The lock file of a cluster names a process. When that one runs and serves this very cluster it is ours, left over
 * from a start that was killed: it is stopped. When the number belongs to another program by now, only the file goes.
 */
async function stopLeftover(cluster: string): Promise<void> {
  const lock = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
  if (!(pid > 0)) {
    return;
  }
  const found = await inspectProcess(pid);
  if (!found) {
    return;
  }
  if (!found.commandLine.includes('postgres') || !found.commandLine.includes(cluster)) {
    await rm(lock, { force: true });
    return;
  }
  const mark: ProcessMark | undefined = await markProcess(pid);
  if (mark) {
    await stopProcess(mark, POSTGRES_STOP.signal, POSTGRES_STOP.limitMs);
  }
}
