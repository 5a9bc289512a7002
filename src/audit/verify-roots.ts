import type pg from 'pg';
import { CursorRows } from './cursor-rows.js';
import type { Problems } from './problems.js';
import { auditDir, readRootLines } from './root-files.js';
import { isSameRoot, packHeads, type RootRecord } from './root-record.js';
import { ROOT_COLUMNS, toRecord, type RootRow } from './root-rows.js';
import { verifyHeads } from './verify-heads.js';
import { RootChainCheck } from './verify-root-chain.js';

export interface RootCounts {
  /** Roots in the database or in the files, whichever has more. */
  roots: number;
  unsigned: number;
  /** The newest root's instant, machine time, epoch ms. */
  lastAt: number | null;
}

/**
 * Checks the roots of the database and of the files, each against itself, one against the other, and both
 * against the timelines. Holds one root of each at a time.
 */
export async function verifyRoots(
  client: pg.PoolClient,
  { dataDir, auditKey }: { dataDir: string; auditKey: string | null },
  problems: Problems,
): Promise<RootCounts> {
  const inDatabase = new RootChainCheck('database', auditKey, problems);
  const inFiles = new RootChainCheck('files', auditKey, problems);
  const rows = new CursorRows<RootRow>(
    client,
    'audit_rows',
    `select ${ROOT_COLUMNS} from audit_roots order by id`,
    10,
  );
  let lastAt: number | null = null;
  let row: RootRecord | undefined;
  let rowIsWhole = false;
  const nextRow = async (): Promise<void> => {
    const found = rows.current ?? (await rows.load());
    rows.drop();
    row = undefined;
    if (found !== undefined) {
      row = toRecord(found);
      rowIsWhole = inDatabase.next(row);
      lastAt = row.at;
      if (found.packed.length !== packHeads(row.heads).length || found.count !== row.heads.length) {
        const detail = 'in the database: its count of heads was edited';
        problems.add({ kind: 'root_altered', seq: found.n, detail });
      }
    }
  };

  let hasLines = false;
  await nextRow();
  for await (const { place, record: line } of readRootLines(dataDir)) {
    hasLines = true;
    if (line === null) {
      inFiles.unreadable(place);
      continue;
    }
    const lineIsWhole = inFiles.next(line, place);
    for (; row !== undefined && row.n < line.n; await nextRow()) {
      await verifyHeads(client, row.n, rowIsWhole ? row.heads : [], problems);
    }
    if (row?.n === line.n) {
      if (lineIsWhole && rowIsWhole && !isSameRoot(row, line)) {
        const detail = `the database and ${place} say different things of it`;
        problems.add({ kind: 'root_altered', seq: line.n, detail });
      }
      if (!lineIsWhole && rowIsWhole) {
        await verifyHeads(client, row.n, row.heads, problems);
      }
      await nextRow();
    }
    await verifyHeads(client, line.n, lineIsWhole ? line.heads : [], problems);
  }
  for (; row !== undefined; await nextRow()) {
    await verifyHeads(client, row.n, rowIsWhole ? row.heads : [], problems);
  }

  const roots = Math.max(inDatabase.n, inFiles.n);
  if (roots > 0 && !hasLines) {
    const detail = `no root files in ${auditDir(dataDir)}: removed, or OTKLIK_DATA_DIR is not the worker's`;
    problems.add({ kind: 'root_removed', seq: 1, detail });
  } else {
    inFiles.removedBefore(roots + 1);
  }
  inDatabase.removedBefore(roots + 1);
  return { roots, unsigned: Math.max(inDatabase.unsigned, inFiles.unsigned), lastAt };
}
