import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { appendRoot, auditDir, lastRootInFiles } from './root-files.js';
import { nextRoot, type RootRecord, type SignedHead } from './root-record.js';
import { AUDIT_LOCK, changedHeads, findRoot, insertRoot, lastRoot } from './root-rows.js';

export interface AuditRootsDeps {
  config: Pick<Config, 'dataDir' | 'OTKLIK_AUDIT_KEY'>;
  pool: pg.Pool;
  log: Logger;
}

/** What a look came to; `busy`: another process has the lock and does the work. */
export type Look =
  { result: 'written'; roots: number; heads: number } | { result: 'not_due' | 'busy' };

const EVERY_MS = 3_600_000;
const LOOK_MS = 60_000;
const FIRST_LOOK_MS = 5_000;
/** Heads in one root: a line of at most 1.2 MB. More changed heads make several roots. */
const HEADS_MAX = 10_000;

/**
 * Writes an audit root each hour of machine time, also when nothing changed: then it says just that. Any
 * number of workers may run; a lock of the database lets one of them do it.
 *
 * The row is committed first, then its line is appended to the file. A line that a crash kept from the
 * file is brought up from the row at the next look; a line is never brought into the database.
 */
export class AuditRoots {
  private timers: NodeJS.Timeout[] = [];
  private isLooking = false;
  private hasWarnedOfKey = false;

  constructor(private readonly deps: AuditRootsDeps) {}

  start(): void {
    if (this.timers.length > 0) {
      return;
    }
    const look = (): void => {
      this.look().catch((error: unknown) => {
        this.deps.log.warn({ err: error }, 'the audit root could not be written');
      });
    };
    this.timers = [setTimeout(look, FIRST_LOOK_MS), setInterval(look, LOOK_MS)];
    for (const timer of this.timers) {
      timer.unref();
    }
  }

  /** A root that is being written is finished; the pool's end waits for it. */
  stop(): void {
    for (const timer of this.timers) {
      clearTimeout(timer);
    }
    this.timers = [];
  }

  /** Brings the files up to the rows and, when the last root is older than an hour, writes the next. */
  async look(): Promise<Look> {
    return this.withLock(async (client) => {
      const last = await lastRoot(client);
      if (last !== null && Date.now() - last.at < EVERY_MS) {
        await this.bringFilesUp(client);
        return { result: 'not_due' };
      }
      return this.write(client);
    });
  }

  /** Writes a root whatever the age of the last one. */
  async writeNow(): Promise<Look> {
    return this.withLock((client) => this.write(client));
  }

  private async withLock(work: (client: pg.PoolClient) => Promise<Look>): Promise<Look> {
    if (this.isLooking) {
      return { result: 'busy' };
    }
    this.isLooking = true;
    try {
      const client = await this.deps.pool.connect();
      // The lock is the session's: it holds over the transaction and the file. A connection that failed
      // is closed, and its lock is gone with it.
      let failed = true;
      try {
        const { rows } = await client.query<{ got: boolean }>(
          'select pg_try_advisory_lock($1) as got',
          [AUDIT_LOCK],
        );
        const look: Look = rows[0]?.got ? await work(client) : { result: 'busy' };
        if (rows[0]?.got) {
          await client.query('select pg_advisory_unlock($1)', [AUDIT_LOCK]);
        }
        failed = false;
        return look;
      } finally {
        client.release(failed);
      }
    } finally {
      this.isLooking = false;
    }
  }

  private async write(client: pg.PoolClient): Promise<Look> {
    const auditKey = this.deps.config.OTKLIK_AUDIT_KEY ?? null;
    if (auditKey === null && !this.hasWarnedOfKey) {
      this.hasWarnedOfKey = true;
      this.deps.log.warn(
        'OTKLIK_AUDIT_KEY is not set: audit roots are written without a signature',
      );
    }
    let last = await lastRoot(client);
    let roots = 0;
    let heads = 0;
    const save = async (of: SignedHead[]): Promise<void> => {
      const record: RootRecord = nextRoot(last, of, auditKey, Date.now());
      await insertRoot(client, record);
      last = record;
      roots += 1;
      heads += of.length;
      await this.bringFilesUp(client);
    };
    let waiting: SignedHead[] = [];
    for await (const page of changedHeads(client)) {
      waiting.push(...page);
      while (waiting.length >= HEADS_MAX) {
        await save(waiting.slice(0, HEADS_MAX));
        waiting = waiting.slice(HEADS_MAX);
      }
    }
    if (waiting.length > 0 || roots === 0) {
      await save(waiting);
    }
    return { result: 'written', roots, heads };
  }

  /** Appends the lines of the rows that the files do not have yet; files that contradict the rows are left alone. */
  private async bringFilesUp(client: pg.PoolClient): Promise<void> {
    const { dataDir } = this.deps.config;
    const inFiles = await lastRootInFiles(dataDir);
    if (inFiles === 'unreadable' || !(await this.isOfRows(client, inFiles))) {
      this.deps.log.error(
        { folder: auditDir(dataDir) },
        'the last line of the audit files is not a root of this database: nothing is appended. ' +
          '`otklik audit verify` tells more. After a restore, move the files away and keep them.',
      );
      return;
    }
    const from = (inFiles?.n ?? 0) + 1;
    let n = from;
    for (let next = await findRoot(client, n); next; next = await findRoot(client, n)) {
      await appendRoot(dataDir, next);
      n += 1;
    }
    if (n - from > 1) {
      // A crash loses one line at most; more of them were removed, or this folder is new.
      this.deps.log.warn(
        { folder: auditDir(dataDir), lines: n - from },
        'lines that the audit files did not have were brought up from the database',
      );
    }
  }

  private async isOfRows(client: pg.PoolClient, inFiles: RootRecord | null): Promise<boolean> {
    if (inFiles === null) {
      return true;
    }
    const row = await findRoot(client, inFiles.n);
    return row?.root.equals(inFiles.root) ?? false;
  }
}
