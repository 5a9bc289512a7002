import { offsetMs } from '../../domain/wall-clock.js';
import type { CellValue, Column } from './column.js';
import { inSheet, looksLikeFormula } from './guard.js';
import { fitted, keepsBlanks, xmlText } from './xlsx-text.js';

/** Sheets of an XLSX file as pieces of XML. Every text is an inline string: never a formula, whatever it begins with. */

/** Places in the list of cell formats of xlsx-parts.ts. */
export const STYLE = {
  plain: 0,
  header: 1,
  instant: 2,
  duration: 3,
  quoted: 4,
  wrapped: 5,
} as const;

const DAY_MS = 86_400_000;
/** 1970-01-01 as a spreadsheet's day. */
const EPOCH_DAY = 25_569;

export interface SheetRules {
  zone: string;
  /** See Layout. */
  apostropheIsTaken: boolean;
  /** Ends a text that was cut; given how many UTF-16 units are missing. */
  cutMark: (missing: number) => string;
}

/** `A`, …, `Z`, `AA`, …: the name of a column by its place from 0. */
export function columnName(place: number): string {
  const letter = String.fromCharCode(65 + (place % 26));
  return place < 26 ? letter : columnName(Math.floor(place / 26) - 1) + letter;
}

/** What stands before the rows: columns' widths, and the header row, which stays in view. */
export function sheetStart(columns: readonly Column[]): string {
  const widths = columns
    .map(({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`)
    .join('');
  const header = columns.map((column, i) =>
    textCell(`${columnName(i)}1`, column.header, STYLE.header),
  );
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
    '<sheetViews><sheetView workbookViewId="0">' +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
    '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>' +
    `<sheetFormatPr defaultRowHeight="15"/><cols>${widths}</cols><sheetData>` +
    `<row r="1">${header.join('')}</row>`
  );
}

/** What stands behind the rows. `rows`: how many there are, the header row included. */
export const sheetEnd = (columns: number, rows: number): string =>
  `</sheetData><autoFilter ref="A1:${columnName(columns - 1)}${rows}"/></worksheet>`;

/** Writes rows of one sheet and counts the texts that were cut. */
export class SheetRows {
  cut = 0;
  private readonly names: string[];

  constructor(
    private readonly columns: readonly Column[],
    private readonly rules: SheetRules,
  ) {
    this.names = columns.map((_, i) => columnName(i));
  }

  /** `place`: the row as a spreadsheet numbers it. */
  row(place: number, values: CellValue[]): string {
    let cells = '';
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i];
      if (value !== null && value !== undefined) {
        cells += this.cell(`${this.names[i]}${place}`, this.columns[i]!, value);
      }
    }
    return `<row r="${place}">${cells}</row>`;
  }

  private cell(at: string, column: Column, value: string | number): string {
    const { kind } = column;
    if (typeof value === 'number') {
      if (kind === 'instant') {
        const days = (value + offsetMs(this.rules.zone, value)) / DAY_MS + EPOCH_DAY;
        return numberCell(at, days, STYLE.instant);
      }
      return kind === 'duration'
        ? numberCell(at, value / DAY_MS, STYLE.duration)
        : numberCell(at, value, STYLE.plain);
    }
    const { apostropheIsTaken, cutMark } = this.rules;
    const whole = inSheet(value, column, apostropheIsTaken);
    const text = fitted(whole, cutMark);
    if (text !== whole) this.cut += 1;
    // Without it, editing such a cell by hand would turn its text into a formula.
    return textCell(at, text, looksLikeFormula(text) ? STYLE.quoted : STYLE.plain);
  }
}

const styled = (style: number): string => (style === STYLE.plain ? '' : ` s="${style}"`);

const numberCell = (at: string, value: number, style: number): string =>
  `<c r="${at}"${styled(style)}><v>${value}</v></c>`;

export function textCell(at: string, text: string, style: number = STYLE.plain): string {
  const space = keepsBlanks(text) ? ' xml:space="preserve"' : '';
  return `<c r="${at}"${styled(style)} t="inlineStr"><is><t${space}>${xmlText(text)}</t></is></c>`;
}
