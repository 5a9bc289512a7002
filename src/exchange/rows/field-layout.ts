import { INCIDENT_COLUMNS } from '../incident-columns.js';
import type { FieldCells, FieldKey, RowProblem } from './fields.js';
import { fold } from './vocabulary.js';
import { shortened } from '../values/words.js';
import { TableFileError, type Cell, type TableRow } from '../table/cell.js';

/** What to look for in a table's row of column names. */
export interface WantedColumns {
  /** Name of the column of each field. Two fields may share one. */
  names: ReadonlyMap<FieldKey, string>;
  required: readonly FieldKey[];
  /** Of the format that is wanted, as people call it. */
  title: string;
  /** Words of a column that stand for others, by the folded word; `*` for all that are not named. */
  values?: ReadonlyMap<FieldKey, ReadonlyMap<string, string | null>>;
  /** What every row says. */
  constants?: ReadonlyMap<FieldKey, string>;
  headerRow?: number | undefined;
  sheet?: string | undefined;
}

/** The 47 columns; without these three a row says nothing that could be kept. */
export const INCIDENT_TABLE: WantedColumns = {
  names: new Map(INCIDENT_COLUMNS.map(({ key, header }) => [key, header])),
  required: ['id', 'createdAt', 'text'],
  title: 'an incident export',
};

/** Any of these may say that a row is closed. */
const CLOSES: readonly FieldKey[] = ['status', 'step', 'closedAt', 'closingReason', 'tags'];

/** Column names are looked for in so many rows: some exports begin with a title. */
export const HEADER_ROWS_MAX = 50;

/** Where each field stands in a table. */
export interface FieldLayout {
  headerRow: number;
  /** What is wanted and missing, and what is there and not known. */
  problems: RowProblem[];
  cellsOf(row: TableRow): FieldCells;
}

const nameOf = (cell: Cell | undefined): string =>
  typeof cell === 'string' ? fold(cell.replace(/^['\uFEFF]+/, '')) : '';

/** How many of the wanted columns a row names. */
export function countNames(row: TableRow, wanted: WantedColumns): number {
  const here = new Set(row.cells.map(nameOf));
  return new Set([...wanted.names.values()].map(fold).filter((name) => here.has(name))).size;
}

/**
 * Finds the columns in the row of their names. `otherSheets` have them, too, and are not read.
 * @throws TableFileError that names the columns which are missing or stand twice.
 */
export function layOut(
  header: TableRow,
  wanted: WantedColumns,
  otherSheets: readonly string[] = [],
): FieldLayout {
  const here = header.cells.map(nameOf);
  const places = new Map<FieldKey, number>();
  const missing: FieldKey[] = [];
  const doubled = new Set<string>();
  for (const [field, name] of wanted.names) {
    const place = here.indexOf(fold(name));
    if (place < 0) missing.push(field);
    else places.set(field, place);
    if (place >= 0 && here.includes(fold(name), place + 1)) doubled.add(name);
  }
  const quoted = (names: Iterable<string>): string =>
    [...names].map((name) => `«${name}»`).join(', ');
  if (doubled.size > 0) {
    throw new TableFileError('shape', `Columns stand twice: ${quoted(doubled)}.`);
  }
  const needed = missing.filter((field) => wanted.required.includes(field));
  const columnOf = (field: FieldKey): string => wanted.names.get(field) ?? field;
  if (needed.length > 0) {
    throw new TableFileError(
      'shape',
      `It is not ${wanted.title}: the columns ${quoted(needed.map(columnOf))} are missing in row ${header.row}.`,
    );
  }
  const named = new Set([...wanted.names.values()].map(fold));
  const unknown = header.cells.filter(
    (cell): cell is string => nameOf(cell) !== '' && !named.has(nameOf(cell)),
  );
  const warning = (column: string, reason: string): RowProblem => ({
    severity: 'warning',
    column: shortened(column, 200),
    reason,
  });
  return {
    headerRow: header.row,
    problems: [
      ...otherSheets.map((sheet) =>
        warning(
          '',
          `the sheet «${shortened(sheet, 60)}» has the columns, too, and is not read: import it as a file of its own`,
        ),
      ),
      ...(CLOSES.some((field) => places.has(field) || wanted.constants?.has(field) === true)
        ? []
        : [warning('', 'no column tells what is closed: every row counts as open')]),
      ...missing.map((field) => warning(columnOf(field), 'the column is missing')),
      ...(wanted === INCIDENT_TABLE
        ? unknown.map((name) => warning(name, 'is no column of the format; left out'))
        : []),
    ],
    cellsOf: (row) => ({
      get(field) {
        const constant = wanted.constants?.get(field);
        if (constant !== undefined) return constant;
        const place = places.get(field);
        const cell = place === undefined ? null : (row.cells[place] ?? null);
        const values = wanted.values?.get(field);
        if (values === undefined || cell === null) return cell;
        const translated = values.get(fold(String(cell))) ?? values.get('*');
        return translated === undefined ? cell : translated;
      },
      has: (field) => places.has(field) || wanted.constants?.has(field) === true,
      columnOf,
    }),
  };
}
