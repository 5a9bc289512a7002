import type pg from 'pg';
import { Problems, type Problem } from './problems.js';
import { AUDIT_LOCK } from './root-rows.js';
import { verifyRoots, type RootCounts } from './verify-roots.js';
import { verifyTimelines, type NotRooted, type TimelineCounts } from './verify-timelines.js';

export interface VerifyOptions {
  /** Where the worker keeps its files: roots lie in its folder `audit`. */
  dataDir: string;
  auditKey: string | null;
  onProgress?: (counts: { complaints: number; events: number }) => void;
}

export interface AuditReport {
  complaints: number;
  events: number;
  /** References of events to texts, each compared. */
  texts: number;
  /** References to texts that were redacted or erased since, each by an event that says who did it. */
  redacted: number;
  erased: number;
  /** References of events to attachments, each compared with its row. */
  attachments: number;
  roots: number;
  /** The first thousand. */
  problems: Problem[];
  problemCount: number;
  notRooted: NotRooted;
  /** What is not wrong, but limits what was checked: plain English, one sentence each. */
  notes: string[];
}

/**
 * Verifies all timelines, texts and audit roots on one snapshot of the database, in memory that does not
 * grow with it. Waits for a root that is just being written; none is begun meanwhile.
 * @param pool may act as otklik_worker: nothing is written.
 */
export async function verifyAudit(pool: pg.Pool, options: VerifyOptions): Promise<AuditReport> {
  const client = await pool.connect();
  // A failed connection is closed, which ends its transaction, lock and settings.
  let failed = true;
  try {
    // The lock comes before the snapshot, so that no root is in the files and not yet in the snapshot.
    await client.query('begin');
    await client.query('set local statement_timeout = 0');
    await client.query('select pg_advisory_lock_shared($1)', [AUDIT_LOCK]);
    await client.query('commit');
    await client.query('begin isolation level repeatable read, read only');
    await client.query('set local statement_timeout = 0');
    await client.query('set local idle_in_transaction_session_timeout = 0');
    // The first row at once, in the order of the index: no sorting of millions of events.
    await client.query('set local cursor_tuple_fraction = 0.00001');
    const problems = new Problems();
    const counts = await verifyTimelines(client, problems, options.onProgress ?? (() => undefined));
    const roots = await verifyRoots(client, options, problems);
    await client.query('commit');
    await client.query('select pg_advisory_unlock_shared($1)', [AUDIT_LOCK]);
    failed = false;
    return {
      ...counts,
      roots: roots.roots,
      problems: problems.list,
      problemCount: problems.count,
      notes: notesOf(counts, roots, options.auditKey),
    };
  } finally {
    client.release(failed);
  }
}

function notesOf(
  { notRooted, redacted, erased }: TimelineCounts,
  { roots, unsigned, lastAt }: RootCounts,
  auditKey: string | null,
): string[] {
  const notes: string[] = [];
  if (redacted + erased > 0) {
    notes.push(
      `Taken out at a person's wish: parts of ${redacted} texts, the whole of ${erased}. ` +
        'What stood there cannot be compared any more; events `redacted` and `erased` say who did it and when.',
    );
  }
  if (auditKey === null) {
    notes.push('No audit key: OTKLIK_AUDIT_KEY is not set, so signatures were not checked.');
  } else if (unsigned > 0) {
    notes.push(`${unsigned} of ${roots} roots have no signature: anybody could have made them.`);
  }
  if (roots === 0) {
    notes.push(
      'No audit roots yet: a timeline that was rewritten as a whole, or a deleted complaint, cannot be found. ' +
        'The worker writes the first root within a minute of its start.',
    );
    return notes;
  }
  const { newer, moved, numbers } = notRooted;
  if (newer + moved > 0) {
    const since =
      lastAt === null || !Number.isFinite(lastAt) ? '' : ` (${new Date(lastAt).toISOString()})`;
    const more = newer + moved > numbers.length ? ', …' : '';
    notes.push(
      `Newer than the last root${since}: ${newer} complaints, and later events of ${moved} others. ` +
        `They are chained, but no root vouches for them yet: ${numbers.join(', ')}${more}`,
    );
  }
  return notes;
}
