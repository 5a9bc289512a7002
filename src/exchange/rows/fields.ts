import type { Cell } from '../table/cell.js';
import { INCIDENT_COLUMNS, type IncidentKey } from '../incident-columns.js';

/** What a table may tell beyond the 47 columns; a mapping file names its columns by these and by the columns' keys. */
export const FURTHER_FIELDS = [
  'status',
  'source',
  'postedAt',
  'dueAt',
  'authorName',
  'authorContact',
  'address',
  'lat',
  'lon',
  'campaign',
] as const;

export type FieldKey = IncidentKey | (typeof FURTHER_FIELDS)[number];
export const FIELD_KEYS: readonly FieldKey[] = [
  ...INCIDENT_COLUMNS.map((column) => column.key),
  ...FURTHER_FIELDS,
];

/** One row's cells by field, and the column's name in the file for what is told about it. */
export interface FieldCells {
  /** null where the table has no such column. */
  get(field: FieldKey): Cell;
  has(field: FieldKey): boolean;
  columnOf(field: FieldKey): string;
}

/** Something to tell about a row. `reason` holds no citizen's words. */
export interface RowProblem {
  severity: 'error' | 'warning';
  column: string;
  reason: string;
}
