import { INCIDENT_COLUMNS, type IncidentCellKind, type IncidentKey } from '../incident-columns.js';
import { wallClock } from '../../domain/wall-clock.js';
import type { CellKind, CellValue, Layout } from './column.js';
import { incidentCells } from './imported-cells.js';

const CELL_KINDS: Record<IncidentCellKind, CellKind> = {
  word: 'text',
  text: 'text',
  // In this format an instant is a text without a zone.
  instant: 'text',
  duration: 'duration',
  flag: 'text',
  count: 'number',
  url: 'text',
};
const WIDTHS: Record<IncidentCellKind, number> = {
  word: 24,
  text: 50,
  instant: 20,
  duration: 12,
  flag: 8,
  count: 12,
  url: 30,
};
/** Neither yes nor no. */
const NOT_SAID = '-';
/** The real system's ids are numbers in its files. */
const PLAIN_NUMBER = /^[1-9]\d{0,14}$/;

/** The 47 columns of the old system, in its habits: see incident-columns.ts. */
export const INCIDENT_LAYOUT: Layout = {
  columns: INCIDENT_COLUMNS.map(({ header, kind }) => ({
    header,
    kind: CELL_KINDS[kind],
    width: WIDTHS[kind],
    behindApostrophe: kind === 'text',
  })),
  cellsOf(row, context) {
    const cells = incidentCells(row, context);
    return INCIDENT_COLUMNS.map(({ key, kind }) =>
      inHabit(key, kind, cells[key] ?? null, context.zone),
    );
  },
  apostropheIsTaken: true,
};

function inHabit(
  key: IncidentKey,
  kind: IncidentCellKind,
  value: CellValue,
  zone: string,
): CellValue {
  if (kind === 'text') {
    const words = String(value ?? '');
    // The real system breaks the lines of a message so, and those of a reply as anybody else does.
    return key === 'text' ? words.replaceAll('\n', '<br>') : words;
  }
  if (value === null) return kind === 'flag' ? NOT_SAID : null;
  if (kind === 'instant') {
    return typeof value === 'number' ? wallClock(value, zone) : value;
  }
  const isId = key === 'id' || key === 'number';
  return isId && PLAIN_NUMBER.test(String(value)) ? Number(value) : value;
}
