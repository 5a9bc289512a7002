/**
 * A cell as a file has it: text, a number (an instant or a duration may be one: days since the file's epoch),
 * true or false, or nothing.
 */
export type Cell = string | number | boolean | null;

/** A row of a table. `row` counts from 1 as a spreadsheet shows it, empty rows included. */
export interface TableRow {
  row: number;
  cells: Cell[];
}

/** What was found out about a file. */
export interface Detected {
  format: 'xlsx' | 'csv';
  /** `utf-8`, `windows-1251`, `utf-16le`, `utf-16be`; for CSV alone. */
  encoding?: string;
  /** Whether the text begins with a byte order mark. */
  byteOrderMark?: boolean;
  separator?: ';' | ',' | 'tab';
  /** The sheet that was read; others are left alone. */
  sheet?: string;
  /** The first day of the file's serial dates: 1900 (Excel's default) or 1904. */
  epoch?: 1900 | 1904;
  /** The row of the column names. */
  headerRow?: number;
}

/** An open table, read once from its first row to its last. */
export interface TableSource {
  detected: Detected;
  rows(): AsyncIterable<TableRow>;
  close(): Promise<void>;
}

/** A file that cannot be read as a table. `message` is for people and holds no cell's content. */
export class TableFileError extends Error {
  override name = 'TableFileError';

  constructor(
    /** `type`: another kind of file; `broken`: damaged or dangerous; `shape`: not the table that is wanted. */
    readonly kind: 'type' | 'broken' | 'shape',
    message: string,
  ) {
    super(message);
  }
}
