import type { Config } from '../../config.js';
import { findTemporalServer } from '../../temporal/find-server.js';
import { defaultCacheDir } from '../../process-environment.js';
import type { DeskPorts } from './desk.js';
import type { KeptPorts } from './kept-ports.js';
import { preparePostgres } from './postgres-home.js';
import type { RunningPostgres } from './postgres.js';
import { POSTGRES_STOP, ensureDatabase, startPostgres } from './postgres.js';
import type { RunLog } from './run-record.js';
import type { RunningServer } from './running-server.js';
import { TEMPORAL_STOP, serverMinorOf, startTemporal } from './temporal-server.js';

export interface ServerContext {
  config: Config;
  log: (line: string) => void;
  logDir: string;
  ports: KeptPorts;
  /** Tried after those of the last start. */
  usualPorts: DeskPorts;
  runLog: RunLog;
  signal: AbortSignal;
  /** Keeps a started server running from now on. */
  watch: (name: string, first: RunningServer, startAgain: () => Promise<RunningServer>) => void;
}

const DATABASE = 'otklik';

/** The database to use: that of DATABASE_URL, else one of our own server. @returns its address. */
export async function startDatabase(context: ServerContext): Promise<string> {
  const { config, log, logDir, ports, runLog, signal } = context;
  if (config.DATABASE_URL) {
    return config.DATABASE_URL;
  }
  const home = await preparePostgres(config.dataDir, log);
  const start = (keepPort?: number): Promise<RunningPostgres> =>
    startPostgres({
      home,
      logDir,
      ports: ports.wished('postgres'),
      durable: true,
      signal,
      onStart: (mark) => runLog.add('postgres', mark, POSTGRES_STOP),
      ...(keepPort ? { keepPort } : {}),
    });
  const server = await start();
  await ports.keep('postgres', server.port);
  context.watch('postgres', server, () => start(server.port));
  await ensureDatabase(server, DATABASE);
  return server.urlOf(DATABASE);
}

export interface WorkflowServer {
  address: string;
  /** The web UI's list of workflows; absent with an external server, whose UI we do not know. */
  uiUrl?: string;
}

/** The Temporal to use: that of TEMPORAL_ADDRESS, else a dev server of our own. */
export async function startWorkflows(context: ServerContext): Promise<WorkflowServer> {
  const { config, log, logDir, ports, usualPorts, runLog, signal } = context;
  const namespace = config.TEMPORAL_NAMESPACE;
  if (config.TEMPORAL_ADDRESS) {
    return {
      address: config.TEMPORAL_ADDRESS,
      ...(config.TEMPORAL_UI_URL ? { uiUrl: config.TEMPORAL_UI_URL } : {}),
    };
  }
  const server = await findTemporalServer({
    cacheDir: defaultCacheDir(),
    log,
    serverMinor: await serverMinorOf(config.dataDir),
  });
  const start = (keep?: { port: number; uiPort: number }) =>
    startTemporal({
      server,
      dataDir: config.dataDir,
      logDir,
      namespace,
      ports: [...ports.wished('temporal'), ...usualPorts.temporal],
      uiPorts: keep ? [keep.uiPort] : [...ports.wished('temporalUi'), ...usualPorts.temporalUi],
      headless: false,
      signal,
      onStart: (mark) => runLog.add('temporal', mark, TEMPORAL_STOP),
      ...(keep ? { keepPort: keep.port } : {}),
    });
  const running = await start();
  await ports.keep('temporal', running.port);
  await ports.keep('temporalUi', running.uiPort);
  context.watch('temporal', running, () => start(running));
  return { address: running.address, uiUrl: `http://127.0.0.1:${running.uiPort}` };
}
