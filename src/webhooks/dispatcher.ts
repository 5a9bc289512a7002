import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { inTransaction } from '../db/pool.js';
import { openTask } from '../db/tasks.js';
import { messageIdOf, type Attempt } from '../db/webhook-log.js';
import {
  claimDeliveries,
  giveUp,
  markDelivered,
  markFailed,
  pruneDeliveries,
  type Claimed,
} from '../db/webhook-queue.js';
import { toWorld, type WorldAnchor } from '../domain/world-clock.js';
import { bodyOf } from './body.js';
import { senderOf } from './for-desk.js';
import type { Outcome, WebhookSender } from './sender.js';
import { TIMING, waitAfter, type Timing } from './timing.js';

export interface DispatcherDeps {
  config: Config;
  /** Connections that act as `otklik_worker`. */
  pool: pg.Pool;
  clock: WorldAnchor;
  log: Logger;
}

const GONE = 410;
const PRUNE_EVERY_MS = 3_600_000;

/**
 * Sends what waits for webhooks, beside the relay and independent of it: its own loop, its own connections to
 * receivers. Any number of dispatchers may run. A message is sent at least once, always under the same id.
 */
export class WebhookDispatcher {
  private readonly timing: Timing;
  private readonly sender: WebhookSender;
  private readonly underWay = new Set<Promise<void>>();
  private readonly busy = new Map<string, number>();
  private running: Promise<void> | undefined;
  private isStopping = false;
  /** A lane has become free since the last look. */
  private isTold = false;
  private wake: () => void = () => undefined;
  private prunedAt = 0;

  constructor(
    private readonly deps: DispatcherDeps,
    timing: Partial<Timing> = {},
  ) {
    this.timing = { ...TIMING, ...timing };
    this.sender = senderOf(deps.config, { timeoutMs: this.timing.attemptMs });
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Lets what is under way finish: no longer than an attempt may take. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.tell();
    await this.running;
    await Promise.all(this.underWay);
    await this.sender.close();
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      this.isTold = false;
      try {
        const limit = this.timing.concurrency - this.underWay.size;
        const askedAt = performance.now();
        const claimed = limit > 0 ? await this.claim(limit) : [];
        for (const delivery of claimed) {
          this.begin(delivery, askedAt);
        }
        if (claimed.length > 0) {
          continue;
        }
        await this.prune();
      } catch (error) {
        this.deps.log.warn({ err: error }, 'the webhook deliveries could not be read');
      }
      await this.idle();
    }
  }

  private claim(limit: number): Promise<Claimed[]> {
    const { lanes, cautiousAfter, leaseMs } = this.timing;
    const busy = Object.fromEntries(this.busy);
    return claimDeliveries(this.deps.pool, { limit, busy, lanes, cautiousAfter, leaseMs });
  }

  private begin(claimed: Claimed, askedAt: number): void {
    const { webhookId } = claimed;
    if (performance.now() - askedAt > this.timing.leaseMs - this.timing.attemptMs) {
      // The lease might end during the attempt, and another's attempt come before this one.
      return;
    }
    this.busy.set(webhookId, (this.busy.get(webhookId) ?? 0) + 1);
    const sending = this.deliver(claimed)
      .catch((error: unknown) => {
        // Unrecorded, it is sent again when its lease is over.
        this.deps.log.warn({ err: error, webhookId }, 'what came of a webhook is not recorded');
      })
      .finally(() => {
        this.underWay.delete(sending);
        const left = (this.busy.get(webhookId) ?? 1) - 1;
        if (left > 0) {
          this.busy.set(webhookId, left);
        } else {
          this.busy.delete(webhookId);
        }
        this.tell();
      });
    this.underWay.add(sending);
  }

  private async deliver(claimed: Claimed): Promise<void> {
    const at = new Date().toISOString();
    const outcome = await this.sender.send({
      id: messageIdOf(claimed),
      url: claimed.url,
      body: bodyOf(claimed.payload, this.deps.config.publicUrl),
      secrets: claimed.secrets,
    });
    const { status, durationMs, error } = outcome;
    const attempt: Attempt = { at, status, durationMs, error };
    if (outcome.delivered) {
      await markDelivered(this.deps.pool, claimed, attempt);
      return;
    }
    const waitMs = status === GONE ? null : waitAfter(claimed.tries, this.timing);
    if (waitMs === null) {
      await this.end(claimed, attempt, outcome);
      return;
    }
    const restMs = outcome.retryAfterMs;
    await markFailed(this.deps.pool, claimed, attempt, {
      waitMs: Math.max(waitMs, restMs ?? 0),
      restMs,
    });
  }

  /** Nothing more is tried: people are told, once a webhook and trouble. */
  private async end(claimed: Claimed, attempt: Attempt, { status }: Outcome): Promise<void> {
    const { webhookId, complaintId } = claimed;
    await inTransaction(this.deps.pool, async (db) => {
      const ended = await giveUp(db, claimed, attempt, {
        disableAfterMs: this.timing.disableAfterMs,
        gone: status === GONE,
      });
      if (ended === null || complaintId === null) {
        return;
      }
      const now = toWorld(this.deps.clock, Date.now());
      const why = attempt.status === null ? attempt.error : `http_${attempt.status}`;
      const { disabled } = ended;
      const task =
        disabled === null
          ? { kind: 'webhook_failed', reason: `${why}, webhook ${webhookId}` }
          : { kind: 'webhook_disabled', reason: `${disabled}, ${why}, webhook ${webhookId}` };
      await openTask(db, complaintId, { ...task, subject: webhookId }, now);
    });
  }

  private async prune(): Promise<void> {
    if (Date.now() - this.prunedAt < PRUNE_EVERY_MS) {
      return;
    }
    const pruned = await pruneDeliveries(this.deps.pool, this.timing.keptMs);
    if (pruned === 0) {
      this.prunedAt = Date.now();
    }
  }

  private tell(): void {
    this.isTold = true;
    this.wake();
  }

  private async idle(): Promise<void> {
    if (this.isTold || this.isStopping) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.timing.idleMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
