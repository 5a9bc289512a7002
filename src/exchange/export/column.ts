import type { ExportRow } from '../../db/export-rows.js';
import type { RegionView } from '../../db/region-store.js';

/** What the cells of an export are made with, beside the row. */
export interface CellContext {
  /** In which times are written. */
  zone: string;
  region: RegionView;
  /** False for who may not see names, contacts, addresses, links and texts. */
  personal: boolean;
  /** Whether they may see the desk's own notes. */
  notes: boolean;
}

/** A text, a number, or nothing. Of `instant`: epoch ms; of `duration`: ms. */
export type CellValue = string | number | null;

/**
 * How a column's values are written: `instant` as a date and time of the zone, `duration` as hours that may
 * pass 24, `text` and `number` as they are.
 */
export type CellKind = 'text' | 'number' | 'instant' | 'duration';

export interface Column {
  header: string;
  kind: CellKind;
  /** In characters, for spreadsheets. */
  width: number;
  /** Every cell stands behind an apostrophe, an empty one too. */
  behindApostrophe?: boolean;
}

/** The columns of an export, and the cells that they have of a complaint, in their order. */
export interface Layout {
  columns: readonly Column[];
  cellsOf(row: ExportRow, context: CellContext): CellValue[];
  /** Whether whoever reads the file takes one leading apostrophe off every cell, whatever its format. */
  apostropheIsTaken: boolean;
}
