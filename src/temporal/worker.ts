import { IllegalStateError } from '@temporalio/common';
import {
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Logger } from 'pino';
import { createPublish } from '../../activities/publish.js';
import { createStep } from '../../activities/step/step.js';
import { createSweep } from '../../activities/sweep.js';
import { DiskStore } from '../attachments/disk-store.js';
import { channels } from '../channels/registry.js';
import type { Config } from '../config.js';
import type { RegionCache } from '../db/region-store.js';
import type { WorldAnchor } from '../domain/world-clock.js';
import { publicationQueue } from './names.js';
import { temporalAddress } from './connect.js';
import type { Client } from '@temporalio/client';

export interface WorkerDeps {
  config: Config;
  pool: pg.Pool;
  region: RegionCache;
  client: Client;
  clock: WorldAnchor;
  log: Logger;
  /** The workflow bundle; absent: the one beside the compiled code. */
  bundle?: { codePath: string };
}

export interface DeskWorkers {
  /** Settles when every worker has stopped; rejects when one failed. */
  run(): Promise<void>;
  shutdown(): void;
}

/** Made once, at build time. */
const BUILT_BUNDLE = {
  codePath: fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url)),
};

/** The worker deployment that builds are versions of. */
export const DEPLOYMENT = 'otklik';

/** Told with every workflow task; a digest of the bundle, the default, is 90 bytes each time. */
const VERSION = '0.1';

/** How long activities under way may take to finish when the process is asked to end. */
const GRACE = '10s';

/** Creates the workers: one for workflows and their steps, one a channel for publications. */
export async function createWorkers(deps: WorkerDeps): Promise<DeskWorkers> {
  const { config, client, clock, pool, region } = deps;
  installRuntime(deps.log, config.OTKLIK_WORKER_METRICS);
  const connection = await NativeConnection.connect({ address: temporalAddress(config) });
  const common = {
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    shutdownGraceTime: GRACE,
    identity: `w${process.pid}`,
    buildId: VERSION,
  } satisfies Partial<WorkerOptions>;
  const attachments = new DiskStore(config.dataDir);
  const step = createStep({ pool, region, channelOf: (source) => channels.nameFor(source) });
  const desk = await Worker.create({
    ...common,
    taskQueue: config.OTKLIK_TASK_QUEUE,
    workflowBundle: deps.bundle ?? BUILT_BUNDLE,
    activities: {
      step,
      ...createSweep({
        pool,
        client,
        clock,
        taskQueue: config.OTKLIK_TASK_QUEUE,
        attachments,
      }),
    },
    maxCachedWorkflows: config.OTKLIK_WORKFLOW_CACHE,
    reuseV8Context: true,
    workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 4, maximum: 16 },
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 1, maximum: 8 },
    ...versioning(config),
  });
  const publishers = await Promise.all(
    channels.all.map((channel) =>
      Worker.create({
        ...common,
        taskQueue: publicationQueue(config.OTKLIK_TASK_QUEUE, channel.name),
        activities: { publish: createPublish(channel, { pool, region, clock }) },
        activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 4, maximum: 16 },
      }),
    ),
  );
  const all = [desk, ...publishers];
  return {
    async run() {
      try {
        await Promise.all(all.map((worker) => worker.run()));
      } finally {
        await connection.close();
      }
    },
    shutdown() {
      for (const worker of all.filter((w) => w.getState() === 'RUNNING')) {
        worker.shutdown();
      }
    },
  };
}

/** With a build id, workers are versioned and a running workflow moves on to the newest build. */
function versioning(config: Config): Partial<WorkerOptions> {
  return config.OTKLIK_BUILD_ID === undefined
    ? {}
    : {
        workerDeploymentOptions: {
          useWorkerVersioning: true,
          version: { deploymentName: DEPLOYMENT, buildId: config.OTKLIK_BUILD_ID },
          defaultVersioningBehavior: 'AUTO_UPGRADE',
        },
      };
}

/** `metricsAddress`: where the SDK's own figures can be scraped, failed workflow tasks among them. */
function installRuntime(log: Logger, metricsAddress: string | undefined): void {
  try {
    Runtime.install({
      // The worker's own process decides when to stop.
      shutdownSignals: [],
      // The SDK's core speaks by our log, too, and not by lines of its own on the standard output.
      telemetryOptions: {
        logging: {
          forward: {},
          filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }),
        },
        ...(metricsAddress !== undefined && {
          metrics: { prometheus: { bindAddress: metricsAddress } },
        }),
      },
      logger: {
        log: (level, message, meta) => {
          log[level === 'TRACE' ? 'trace' : (level.toLowerCase() as 'info')](
            { sdk: scrub(meta) },
            message,
          );
        },
        trace: (message) => {
          log.trace(message);
        },
        debug: (message) => {
          log.debug(message);
        },
        info: (message) => {
          log.info(message);
        },
        warn: (message, meta) => {
          log.warn({ sdk: scrub(meta) }, message);
        },
        error: (message, meta) => {
          log.error({ sdk: scrub(meta) }, message);
        },
      },
    });
  } catch (error) {
    // Installed by an earlier worker of this process, unless the address is taken.
    if (metricsAddress !== undefined && !(error instanceof IllegalStateError)) {
      throw error;
    }
  }
}

/** Of what the SDK says beside a message only what names things, never payloads. */
function scrub(meta: Record<string, unknown> | undefined): Record<string, unknown> {
  const { workflowId, runId, activityType, taskQueue, attempt } = meta ?? {};
  // A stack begins with the message, which may quote what it failed on: only its frames are told.
  const frames = (stack = ''): string =>
    stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n');
  const error =
    meta?.error instanceof Error ? { error: meta.error.name, stack: frames(meta.error.stack) } : {};
  return { workflowId, runId, activityType, taskQueue, attempt, ...error };
}
