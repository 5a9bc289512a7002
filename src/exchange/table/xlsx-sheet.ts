import type { Readable } from 'node:stream';
import type { Cell, TableRow } from './cell.js';
import type { SharedStrings } from './shared-strings.js';
import { checkLength, unescapeXlsx, walkXml } from './xml-stream.js';

/** Columns beyond are left alone: no table of ours is so wide, and one cell far out must not cost a wide row. */
const COLUMNS_MAX = 512;
/** Where sheets end. */
const ROWS_MAX = 1_048_576;
/** What a formula is that nobody worked out: like a spreadsheet's own errors, told where it stands. */
const NOT_CALCULATED = '#FORMULA!';

/**
 * The rows of a sheet that hold anything. A formula's cell has the value that was worked out when the file was
 * saved; of merged cells the first has the value.
 */
export async function* readSheet(part: Readable, strings: SharedStrings): AsyncGenerator<TableRow> {
  const reader = new SheetReader(strings);
  for await (const chunk of walkXml(part, reader)) {
    void chunk;
    yield* reader.take();
  }
}

class SheetReader {
  private ready: TableRow[] = [];
  private row = 0;
  private column = 0;
  private cells: Cell[] = [];
  private type = '';
  private value = '';
  private isCell = false;
  private isFormula = false;
  private hasValue = false;
  private isValue = false;
  private isReading = false;

  constructor(private readonly strings: SharedStrings) {}

  /** The rows that are complete. */
  take(): TableRow[] {
    const { ready } = this;
    this.ready = [];
    return ready;
  }

  open(name: string, attributes: Record<string, string>): void {
    switch (name) {
      case 'row': {
        const given = Number(attributes.r);
        const isPlace = Number.isInteger(given) && given > this.row && given <= ROWS_MAX;
        this.row = isPlace ? given : this.row + 1;
        this.column = 0;
        this.cells = [];
        return;
      }
      case 'c': {
        const given = columnOf(attributes.r);
        this.column = given > 0 ? given : this.column + 1;
        this.type = attributes.t ?? 'n';
        this.value = '';
        this.hasValue = false;
        this.isCell = true;
        this.isFormula = false;
        return;
      }
      case 'f':
        this.isFormula = this.isCell;
        return;
      case 'v':
      case 't':
        this.isValue = this.isCell && !this.isReading;
        this.hasValue ||= this.isValue;
        return;
      case 'rPh':
        this.isReading = true;
    }
  }

  text(piece: string): void {
    if (!this.isValue) return;
    this.value += piece;
    checkLength(this.value);
  }

  close(name: string): void {
    switch (name) {
      case 'v':
      case 't':
        this.isValue = false;
        return;
      case 'rPh':
        this.isReading = false;
        return;
      case 'c':
        this.isCell = false;
        if ((this.hasValue || this.isFormula) && this.column <= COLUMNS_MAX) {
          while (this.cells.length < this.column - 1) this.cells.push(null);
          this.cells[this.column - 1] = this.cell();
        }
        return;
      case 'row':
        if (this.cells.some((cell) => cell !== null)) {
          this.ready.push({ row: this.row, cells: this.cells });
        }
    }
  }

  private cell(): Cell {
    const { value } = this;
    switch (this.type) {
      case 's':
        return this.strings.get(Number(value)) ?? null;
      case 'inlineStr':
      case 'str':
        return unescapeXlsx(value);
      case 'b':
        return value === '1';
      case 'n': {
        const number = Number(value);
        if (value.trim() === '') return this.isFormula ? NOT_CALCULATED : null;
        return Number.isFinite(number) ? number : value;
      }
      default:
        // `d`: an ISO date; `e`: an error such as #REF!, told where it is no value of its column.
        return value;
    }
  }
}

/** 1 for `A7`, 27 for `AA7`; 0 without a reference. */
function columnOf(reference: string | undefined): number {
  let column = 0;
  for (let index = 0; reference !== undefined && index < reference.length; index += 1) {
    const code = reference.charCodeAt(index) & 0xdf;
    if (code < 0x41 || code > 0x5a) break;
    column = column * 26 + code - 0x40;
  }
  return column;
}
