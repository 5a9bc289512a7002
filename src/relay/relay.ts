import { ServiceError, type Client } from '@temporalio/client';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { RELAY_CHANNEL, type OutboxKind, type OutboxRow } from '../db/outbox.js';
import type { RegionCache } from '../db/region-store.js';
import type { WorldAnchor } from '../domain/world-clock.js';
import { lookAgain } from './signal-run.js';
import { sendMail } from './send-mail.js';
import { deliverWord } from './deliver-word.js';
import { startPublication } from './start-publication.js';
import { startRun } from './start-run.js';
import { tellPeople } from './tell-people.js';

export interface RelayDeps {
  config: Config;
  pool: pg.Pool;
  client: Client;
  region: RegionCache;
  clock: WorldAnchor;
  taskQueue: string;
  log: Logger;
}

/** What became of a row: sent, or to be looked at again after some time. */
export type Sent = 'done' | { againInMs: number };
export type Dispatcher = (row: OutboxRow, deps: RelayDeps) => Promise<Sent>;

const DISPATCHERS: Record<OutboxKind, Dispatcher> = {
  start: startRun,
  import_start: startRun,
  word: deliverWord,
  publication: startPublication,
  notice: tellPeople,
  mail: sendMail,
  look: lookAgain,
};

/** Mail goes its own way: a slow mail server must not keep the start of a complaint waiting. */
const MAIL: OutboxKind[] = ['mail'];
/** Thousands of imported complaints go their own way, too, slowly: who writes now must not wait behind them. */
const IMPORTED: OutboxKind[] = ['import_start'];
// Said outright, so that each kind has an index of its own: one list of thousands must not be walked to find the other.
const NOT_IMPORTED = `kind <> 'import_start'`;
const IMPORTED_IN_TURN = `kind = 'import_start' and not exists (
  select from outbox live where live.kind = 'start' and live.not_before <= now() and live.kind <> 'import_start')`;
const KINDS = (Object.keys(DISPATCHERS) as OutboxKind[]).filter(
  (kind) => ![...MAIL, ...IMPORTED].includes(kind),
);
/** What goes on being sent while Temporal is away. */
const WITHOUT_TEMPORAL: OutboxKind[] = ['notice'];

const BATCH = 64;
const CONCURRENCY = 16;
/** No more than go out at once: a mail may take nearly as long as a lease lasts. */
const MAIL_BATCH = CONCURRENCY;
const IDLE_MS = 1_000;
/** Some 20 imported complaints a second: a first run costs several statements and two workflow tasks. */
const IMPORTED_BATCH = 10;
const IMPORTED_EVERY_MS = 500;
/** A row taken by a relay that died is taken again after this. */
const LEASE_MS = 15_000;
const BACKOFF_MAX_MS = 60_000;
/** How long Temporal may take to answer one call. */
const CALL_LIMIT_MS = 10_000;
const PING_LIMIT_MS = 1_000;
/** gRPC codes of a Temporal that is not there: out of time, not reachable. */
const AWAY = [4, 14];

/**
 * Sends what waits in the outbox, each row until it is sent. Any number of relays may run: a row is
 * leased to one. Sending twice is harmless, since every receiver knows the id of what it is sent.
 */
export class Relay {
  private running: Promise<void> | undefined;
  private isStopping = false;
  private isTemporalAway = false;
  private wake: () => void = () => undefined;
  private wakeMail: () => void = () => undefined;
  private wakeImported: () => void = () => undefined;
  /** Told of a new row since the last look. */
  private isTold = false;
  private listener: pg.PoolClient | undefined;

  constructor(private readonly deps: RelayDeps) {}

  start(): void {
    this.running ??= Promise.all([this.run(), this.runMail(), this.runImported()]).then(
      () => undefined,
    );
  }

  /** Lets what is under way finish. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.wake();
    this.wakeMail();
    this.wakeImported();
    await this.running;
    this.listener?.release(true);
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      try {
        await this.listen();
        if (this.isTemporalAway) {
          // One question a round instead of a thousand failing rows: what waits for Temporal goes out as
          // soon as it answers again.
          this.isTemporalAway = !(await this.pingTemporal());
        }
        this.isTold = false;
        const rows = await this.take(this.isTemporalAway ? WITHOUT_TEMPORAL : KINDS, BATCH);
        await this.sendAll(rows);
        if (rows.length < BATCH && !this.isTold && !this.isStopping) {
          await this.idle();
        }
      } catch (error) {
        this.deps.log.warn({ err: error }, 'the relay could not read the outbox');
        await this.idle();
      }
    }
  }

  /** Mail is looked for every second and not sooner: nobody waits for it by the minute. */
  private async runMail(): Promise<void> {
    while (!this.isStopping) {
      try {
        const rows = await this.take(MAIL, MAIL_BATCH);
        await this.sendAll(rows);
        if (rows.length === MAIL_BATCH) {
          continue;
        }
      } catch (error) {
        this.deps.log.warn({ err: error }, 'the relay could not read the mail to send');
      }
      await pauseFor(IDLE_MS, this.isStopping, (wake) => {
        this.wakeMail = wake;
      });
    }
  }

  /** Yields to messages that have just come in: while one of them waits for its run, none of these begins. */
  private async runImported(): Promise<void> {
    while (!this.isStopping) {
      let sent = 0;
      try {
        const rows = this.isTemporalAway ? [] : await this.take(IMPORTED, IMPORTED_BATCH);
        await this.sendAll(rows);
        sent = rows.length;
      } catch (error) {
        this.deps.log.warn({ err: error }, 'the relay could not read the imported complaints');
      }
      await pauseFor(sent > 0 ? IMPORTED_EVERY_MS : 2 * IDLE_MS, this.isStopping, (wake) => {
        this.wakeImported = wake;
      });
    }
  }

  private async pingTemporal(): Promise<boolean> {
    const { client } = this.deps;
    try {
      await client.withDeadline(Date.now() + PING_LIMIT_MS, () =>
        client.workflowService.getSystemInfo({}),
      );
      return true;
    } catch {
      return false;
    }
  }

  private async take(kinds: OutboxKind[], limit: number): Promise<OutboxRow[]> {
    const isImported = kinds === IMPORTED;
    const { rows } = await this.deps.pool.query<OutboxRow>({
      name: isImported ? 'take-imported' : 'take-outbox',
      text: `update outbox set not_before = now() + $2 * interval '1 ms', attempts = attempts + 1
        where id in (select id from outbox where not_before <= now() and kind = any($3)
          and ${isImported ? IMPORTED_IN_TURN : NOT_IMPORTED}
          order by not_before, id limit $1 for update skip locked)
        returning id, kind, complaint_id, payload, attempts`,
      values: [limit, LEASE_MS, kinds],
    });
    return rows;
  }

  private async sendAll(rows: OutboxRow[]): Promise<void> {
    const queue = [...rows];
    const done: number[] = [];
    const worker = async (): Promise<void> => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        if (await this.send(row)) {
          done.push(row.id);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, rows.length) }, worker));
    if (done.length > 0) {
      await this.deps.pool.query({
        name: 'outbox-done',
        text: 'delete from outbox where id = any($1)',
        values: [done],
      });
    }
  }

  private async send(row: OutboxRow): Promise<boolean> {
    const { client } = this.deps;
    try {
      const needsTemporal = !WITHOUT_TEMPORAL.includes(row.kind) && !MAIL.includes(row.kind);
      if (this.isTemporalAway && needsTemporal) {
        await this.postpone(row, 0, 'TemporalAway');
        return false;
      }
      const sent = await client.withDeadline(Date.now() + CALL_LIMIT_MS, () =>
        DISPATCHERS[row.kind](row, this.deps),
      );
      if (sent === 'done') {
        return true;
      }
      await this.postpone(row, sent.againInMs, null);
    } catch (error) {
      if (isTemporalAway(error)) {
        if (!this.isTemporalAway) {
          this.isTemporalAway = true;
          this.deps.log.warn({ err: error }, 'Temporal is away: what needs it waits');
        }
        await this.postpone(row, IDLE_MS / 2, 'TemporalAway').catch(() => undefined);
        return false;
      }
      const name = error instanceof Error ? error.name : 'unknown';
      this.deps.log.warn(
        { err: error, kind: row.kind, outboxId: row.id, attempts: row.attempts },
        'sending failed',
      );
      const waitMs = Math.min(BACKOFF_MAX_MS, 250 * 2 ** Math.min(row.attempts, 10));
      await this.postpone(row, waitMs, name).catch(() => undefined);
    }
    return false;
  }

  private async postpone(row: OutboxRow, waitMs: number, error: string | null): Promise<void> {
    await this.deps.pool.query({
      name: 'outbox-postpone',
      text: `update outbox set not_before = now() + $2 * interval '1 ms', last_error = $3 where id = $1`,
      values: [row.id, waitMs, error],
    });
  }

  private idle(): Promise<void> {
    return pauseFor(IDLE_MS, this.isStopping, (wake) => {
      this.wake = wake;
    });
  }

  /** Hears of new rows at once; without it the relay still looks every second. */
  private async listen(): Promise<void> {
    if (this.listener !== undefined) {
      return;
    }
    const listener = await this.deps.pool.connect();
    listener.on('notification', () => {
      this.isTold = true;
      this.wake();
    });
    listener.once('error', () => {
      this.listener = undefined;
      listener.release(true);
    });
    await listener.query(`listen ${RELAY_CHANNEL}`);
    this.listener = listener;
  }
}

/** Waits so long, or until it is woken; not at all when the relay is stopping already. */
function pauseFor(
  ms: number,
  isStopping: boolean,
  takeWake: (wake: () => void) => void,
): Promise<void> {
  if (isStopping) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    takeWake(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function isTemporalAway(error: unknown): boolean {
  const cause =
    error instanceof ServiceError ? (error.cause as { code?: number } | undefined) : undefined;
  return AWAY.includes(cause?.code ?? -1);
}
