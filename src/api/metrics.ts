import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { readFigures, type DeskFigures } from '../db/desk-figures.js';
import type { Db } from '../db/pool.js';
import { routeOf } from './request-log.js';

/** Figures of the desk are read at most this often, however many scrape. */
const FIGURES_TTL_MS = 10_000;

/** One application's metrics. Labels are routes, methods, statuses and kinds: never an id or a person's data. */
export class Metrics {
  readonly registry = new Registry();
  private readonly durations: Histogram<'method' | 'route' | 'status'>;
  private readonly databaseUp: Gauge;
  private readonly open: Gauge<'status'>;
  private readonly late: Gauge;
  private readonly tasks: Gauge<'kind'>;
  private readonly waiting: Gauge<'kind'>;
  private readonly failing: Gauge<'kind'>;
  private readonly oldest: Gauge<'kind'>;
  private readonly webhooksWaiting: Gauge;
  private readonly webhooksOldest: Gauge;
  private readonly webhooksOff: Gauge;
  private readAt = 0;
  private reading: Promise<void> | undefined;

  /** `worldNow`: world time, epoch ms. */
  constructor(
    private readonly db: Db,
    private readonly worldNow: () => number,
  ) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.durations = new Histogram({
      name: 'otklik_http_request_duration_seconds',
      help: 'Time from a request to its answer, by route template',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
      new Gauge({ name: `otklik_${name}`, help, labelNames, registers });
    this.databaseUp = gauge(
      'database_up',
      'Whether the figures below could be read (1) or are old (0)',
    );
    this.open = gauge('complaints_open', 'Open complaints by status', 'status');
    this.late = gauge(
      'complaints_late_steps',
      'Open complaints whose workflow should have moved over five minutes ago and has not: worker down or its tasks failing',
    );
    this.tasks = gauge('tasks_open', 'Open tasks of people by kind', 'kind');
    this.waiting = gauge('outbox_waiting', 'Outbox rows not sent yet, by kind', 'kind');
    this.failing = gauge(
      'outbox_failing',
      'Outbox rows that the relay tried and could not send, by kind',
      'kind',
    );
    this.oldest = gauge(
      'outbox_oldest_seconds',
      'Age of the oldest outbox row that is due, by kind',
      'kind',
    );
    this.webhooksWaiting = gauge('webhook_deliveries_waiting', 'Webhook deliveries not made yet');
    this.webhooksOldest = gauge(
      'webhook_deliveries_oldest_seconds',
      'Age of the oldest webhook delivery not made yet',
    );
    this.webhooksOff = gauge(
      'webhooks_switched_off',
      'Webhooks that the desk switched off: their receivers are gone or failed for days',
    );
  }

  /** Times every request that passes. */
  timing(): RequestHandler {
    return (req, res, next) => {
      const end = this.durations.startTimer();
      res.once('finish', () => {
        end({ method: req.method, route: routeOf(req), status: String(res.statusCode) });
      });
      next();
    };
  }

  /** The text of a scrape; without the database it has the process's own figures and the last known others. */
  async text(): Promise<string> {
    if (Date.now() - this.readAt > FIGURES_TTL_MS) {
      this.reading ??= this.read().finally(() => {
        this.reading = undefined;
      });
      await this.reading;
    }
    return this.registry.metrics();
  }

  private async read(): Promise<void> {
    try {
      this.show(await readFigures(this.db, this.worldNow()));
      this.databaseUp.set(1);
    } catch {
      this.databaseUp.set(0);
    }
    this.readAt = Date.now();
  }

  private show({ open, late, tasks, outbox, webhooks }: DeskFigures): void {
    this.late.set(late);
    for (const gauge of [this.open, this.tasks, this.waiting, this.failing, this.oldest]) {
      gauge.reset();
    }
    for (const { status, count } of open) this.open.set({ status }, count);
    for (const { kind, count } of tasks) this.tasks.set({ kind }, count);
    for (const { kind, waiting, failing, oldestS } of outbox) {
      this.waiting.set({ kind }, waiting);
      this.failing.set({ kind }, failing);
      this.oldest.set({ kind }, oldestS);
    }
    this.webhooksWaiting.set(webhooks.waiting);
    this.webhooksOldest.set(webhooks.oldestS);
    this.webhooksOff.set(webhooks.off);
  }
}
