import { Readable } from 'node:stream';
import type { NewExport } from '../../contract/exports.js';
import { readExportRows } from '../../db/export-rows.js';
import { countPicked, pickComplaints, someOfPicked } from '../../db/exports-store.js';
import type { ListFilter } from '../../db/list-filter.js';
import type { Db } from '../../db/pool.js';
import type { RegionView } from '../../db/region-store.js';
import { aboutLines, CUT_MARKS, SHEET_NAMES } from './about.js';
import type { CellContext, CellValue, Layout } from './column.js';
import { csvPieces } from './csv-file.js';
import { INCIDENT_LAYOUT } from './incident-layout.js';
import { plainLayout } from './plain-layout.js';
import { xlsxStream } from './xlsx-file.js';

/** Complaints read by one statement. Larger pages are no faster, take more memory and hold up other callers. */
const PAGE_ROWS = 100;

export interface ExportTask {
  request: NewExport;
  filter: ListFilter;
  zone: string;
  region: RegionView;
  /** False for who may not see names, contacts, addresses, links and texts. */
  personal: boolean;
  /** Whether they may see the desk's own notes. */
  notes: boolean;
  /** World time, epoch ms: what the export says of its age. */
  requestedAt: number;
}

export interface OpenExport {
  /** How many complaints fit. */
  total: number;
  /** The file, made while it is read: nothing of it is kept, and a slow reader holds no connection. */
  stream: Readable;
  /** How many complaints were written so far. */
  rows: () => number;
}

/**
 * Picks the complaints and opens the file. Which ones belong to it is settled here; each is written as it is when
 * its page is read.
 */
export async function openExport(db: Db, task: ExportTask): Promise<OpenExport> {
  const { request, zone, region, personal, notes } = task;
  const ids = await pickComplaints(db, task.filter);
  const total = countPicked(ids);
  const layout = request.columns === 'incident' ? INCIDENT_LAYOUT : plainLayout(request.language);
  const context: CellContext = { zone, region, personal, notes };
  const progress = { rows: 0 };
  const pages = pagesOf(db, ids, layout, context, progress);
  const { columns, apostropheIsTaken } = layout;
  const stream =
    request.format === 'csv'
      ? Readable.from(csvPieces(columns, pages, { zone, separator: request.separator ?? ';' }), {
          objectMode: false,
        })
      : xlsxStream(columns, pages, {
          zone,
          apostropheIsTaken,
          cutMark: CUT_MARKS[request.language],
          sheets: SHEET_NAMES[request.language],
          about: (cut) => aboutLines({ ...task, rows: progress.rows, cut }),
        });
  return { total, stream, rows: () => progress.rows };
}

async function* pagesOf(
  db: Db,
  ids: Buffer,
  layout: Layout,
  context: CellContext,
  progress: { rows: number },
): AsyncGenerator<CellValue[][]> {
  for (let from = 0; from < countPicked(ids); from += PAGE_ROWS) {
    const rows = await readExportRows(db, someOfPicked(ids, from, PAGE_ROWS));
    yield rows.map((row) => layout.cellsOf(row, context));
    progress.rows += rows.length;
  }
}
