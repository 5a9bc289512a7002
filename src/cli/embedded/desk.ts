import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.js';
import { findRegionDir } from '../../region/find-region-dir.js';
import { keepAdminKey } from './admin-key.js';
import { keepRunning } from './keep-running.js';
import { lastLines } from './log-files.js';
import { choosePort } from './ports.js';
import { KeptPorts } from './kept-ports.js';
import { PROGRAM_STOP, runProgram, startProgram } from './program.js';
import { showProgress } from './progress.js';
import { waitUntilReady } from './readiness.js';
import type { ReadyDesk } from './ready-message.js';
import type { RunLog } from './run-record.js';
import { stopRecorded } from './run-record.js';
import type { RunningServer } from './running-server.js';
import { signalProcess } from './process-mark.js';
import { announceDesk, withdrawDesk } from './running-desk.js';
import { startDatabase, startWorkflows } from './servers.js';

/** The ports to try first, in order; where all of them are taken, any free one. */
export interface DeskPorts {
  temporal: number[];
  temporalUi: number[];
}

export interface DeskOptions {
  config: Config;
  /** What the programs get in place of our own environment's values; an empty value counts as unset. */
  environment?: Record<string, string> | undefined;
  ports?: DeskPorts | undefined;
  log: (line: string) => void;
  runLog: RunLog;
  /** Aborted when all shall stop: nothing is started again from then on. */
  signal: AbortSignal;
}

const READY_LIMIT_MS = 90_000;
/** From this many ends on, a part that was never ready counts as broken. */
const FAILED_STARTS_MAX = 3;
/** The usual ports of Temporal's own tools. */
const USUAL_PORTS: DeskPorts = {
  temporal: [7233, 7234, 7235],
  temporalUi: [8233, 8234, 8235],
};
/** Ports tried above PORT when that is taken. */
const PORTS_NEXT = 20;

/** The parts of one desk on this machine, from the servers to the API. */
export class Desk {
  readonly #options: DeskOptions;
  readonly #logDir: string;
  readonly #watched: Promise<void>[] = [];
  #starting: Promise<unknown> = Promise.resolve();

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#logDir = join(options.config.dataDir, 'logs');
  }

  /** Starts everything and waits until the API is ready. @throws Error for people when a part does not come up. */
  start(): Promise<ReadyDesk> {
    const started = this.#start();
    this.#starting = started.catch(() => undefined);
    return started;
  }

  /** Stops the parts in order, also those that a start under way has just brought up. */
  async stop(): Promise<void> {
    await withdrawDesk(this.#options.config.dataDir);
    await stopRecorded(this.#options.runLog.current);
    await this.#starting;
    await stopRecorded(this.#options.runLog.current);
    await Promise.all(this.#watched);
  }

  /** Ends the parts by force; PostgreSQL recovers from its log at the next start. */
  async kill(): Promise<void> {
    for (const { mark } of Object.values(this.#options.runLog.current.processes)) {
      signalProcess(mark.pid, 'SIGKILL');
    }
    return Promise.resolve();
  }

  async #start(): Promise<ReadyDesk> {
    const { config, log } = this.#options;
    const context = {
      ...this.#options,
      logDir: this.#logDir,
      ports: await KeptPorts.read(config.dataDir),
      usualPorts: this.#options.ports ?? USUAL_PORTS,
      watch: (name: string, first: RunningServer, again: () => Promise<RunningServer>) =>
        this.#watch(name, first, again),
    };
    await mkdir(this.#logDir, { recursive: true });
    // The schema needs no Temporal: it is prepared while that one starts.
    const database = startDatabase(context).then(async (databaseUrl) => {
      const environment = {
        ...this.#options.environment,
        DATABASE_URL: databaseUrl,
        OTKLIK_DATA_DIR: config.dataDir,
      };
      return { environment, key: await this.#migrate(environment) };
    });
    const [{ environment, key }, temporal] = await showProgress(
      () => 'Starting PostgreSQL and Temporal, preparing the database',
      bothOf(database, startWorkflows(context)),
    );
    const servers = {
      ...environment,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: config.TEMPORAL_NAMESPACE,
      ...(temporal.uiUrl ? { TEMPORAL_UI_URL: temporal.uiUrl } : {}),
    };
    // As late as possible: nothing holds the port until the API does.
    const port = await this.#choosePort();
    const host = ['0.0.0.0', '::'].includes(config.HOST) ? '127.0.0.1' : config.HOST;
    const url = config.PUBLIC_URL ?? `http://${host}:${port}`;
    const apiUrl = `http://${host}:${port}`;
    await announceDesk(config.dataDir, {
      DATABASE_URL: servers.DATABASE_URL,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: config.TEMPORAL_NAMESPACE,
      ...(temporal.uiUrl ? { TEMPORAL_UI_URL: temporal.uiUrl } : {}),
      PUBLIC_URL: url,
      API_URL: apiUrl,
      ...(config.isRegionNamed ? { OTKLIK_REGION: findRegionDir(config.OTKLIK_REGION) } : {}),
    });
    const failures = await this.#startPrograms({ ...servers, PORT: String(port), PUBLIC_URL: url });
    await showProgress(
      () => 'Waiting for the API and the worker',
      waitUntilReady(apiUrl, READY_LIMIT_MS, this.#options.signal, failures),
    );
    if (port !== config.PORT) {
      log(`Port ${config.PORT} is taken: the API is at ${port}.`);
    }
    return {
      url,
      apiUrl,
      ...temporal,
      databaseUrl: servers.DATABASE_URL,
      key,
      dataDir: config.dataDir,
      logDir: this.#logDir,
    };
  }

  async #choosePort(): Promise<number> {
    const { PORT, HOST } = this.#options.config;
    const wished = PORT === 0 ? [] : Array.from({ length: PORTS_NEXT }, (_, step) => PORT + step);
    return choosePort(
      wished.filter((port) => port <= 65_535),
      HOST,
    );
  }

  /** The schema, the region and the first admin key, which is kept where only we can read it. */
  async #migrate(environment: Record<string, string>) {
    const { dataDir } = this.#options.config;
    const handover = join(dataDir, `first-key.${process.pid}`);
    try {
      await runProgram(['migrate', '--first-key-file', handover], environment);
      const made = await readFile(handover, 'utf8').catch(() => '');
      return await keepAdminKey(dataDir, made.trim(), this.#options.config.OTKLIK_ADMIN_KEY);
    } finally {
      await rm(handover, { force: true });
    }
  }

  /** Starts worker and API. What is given back tells why they do not come up, when they end again and again. */
  async #startPrograms(
    environment: Record<string, string>,
  ): Promise<() => Promise<string | undefined>> {
    const ends = { worker: 0, api: 0 };
    for (const verb of ['worker', 'api'] as const) {
      const start = async () => {
        const server = await startProgram(verb, environment, this.#logDir, (mark) =>
          this.#options.runLog.add(verb, mark, PROGRAM_STOP),
        );
        void server.ended.then(() => (ends[verb] += 1));
        return server;
      };
      this.#options.signal.throwIfAborted();
      this.#watch(verb, await start(), start);
    }
    return async () => {
      const failed = (['worker', 'api'] as const).find((verb) => ends[verb] > 0);
      const tail = failed ? await lastLines(join(this.#logDir, `${failed}.log`)) : '';
      // Another program may have been faster with the port; its answers must not be taken for ours.
      const lostPort = failed === 'api' && tail.includes('EADDRINUSE');
      if (failed && (lostPort || ends[failed] >= FAILED_STARTS_MAX)) {
        const what = lostPort ? 'lost its port while starting; start again' : 'does not start';
        return `The ${failed} ${what}. The end of its log:\n${tail}`;
      }
      return undefined;
    };
  }

  #watch(name: string, first: RunningServer, startAgain: () => Promise<RunningServer>): void {
    const { log, signal } = this.#options;
    this.#watched.push(keepRunning({ name, first, startAgain, log, signal }));
  }
}

/** Waits for both even when one fails: what the other still starts must be known before all is stopped. */
async function bothOf<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
