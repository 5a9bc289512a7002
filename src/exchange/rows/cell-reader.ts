import type { Cell } from '../table/cell.js';
import { readDuration } from '../values/duration.js';
import { readInstant, type InstantReader } from '../values/instant.js';
import { readCount, readFlag, readText, readWord } from '../values/words.js';
import type { FieldCells, FieldKey, RowProblem } from './fields.js';

/** What may be ahead of the desk's clock: clocks differ a little. As for a message that comes in live. */
const AHEAD_MAX_MS = 5 * 60_000;

/** Where a formula came to nothing, or was never worked out. */
const SHEET_ERROR =
  /^#(?:REF!|N\/A|NAME\?|VALUE!|DIV\/0!|NULL!|NUM!|SPILL!|CALC!|FORMULA!|ССЫЛКА!|Н\/Д|ИМЯ\?|ЗНАЧ!|ДЕЛ\/0!|ПУСТО!|ЧИСЛО!)$/;

const isEmpty = (cell: Cell): boolean =>
  cell === null || (typeof cell === 'string' && /^'?\s*[-–—]?\s*$/.test(cell));

/** Reads one row's cells by their fields and gathers what is wrong with them. */
export class CellReader {
  readonly problems: RowProblem[] = [];

  constructor(
    private readonly cells: FieldCells,
    private readonly instants: InstantReader,
    /** World time, epoch ms. */
    private readonly now: number,
  ) {}

  get isBad(): boolean {
    return this.problems.some((problem) => problem.severity === 'error');
  }

  error(field: FieldKey, reason: string): void {
    this.problems.push({ severity: 'error', column: this.cells.columnOf(field), reason });
  }

  warn(field: FieldKey, reason: string): void {
    this.problems.push({ severity: 'warning', column: this.cells.columnOf(field), reason });
  }

  word(field: FieldKey, max?: number): string | null {
    return this.kept(field, readWord(this.valued(field), max));
  }

  text(field: FieldKey): string | null {
    return this.kept(field, readText(this.valued(field)));
  }

  /** The cell of a word or text; of a spreadsheet's error nothing, with a warning. */
  private valued(field: FieldKey): Cell {
    const cell = this.cells.get(field);
    if (typeof cell !== 'string' || !SHEET_ERROR.test(cell)) return cell;
    this.warn(field, `is the spreadsheet's error ${cell}, no value; left out`);
    return null;
  }

  private kept(
    field: FieldKey,
    read: { value: string | null } | { problem: string },
  ): string | null {
    if ('problem' in read) {
      this.error(field, read.problem);
      return null;
    }
    return read.value;
  }

  instant(field: FieldKey): number | null {
    const cell = this.cells.get(field);
    if (isEmpty(cell)) return null;
    const at = readInstant(typeof cell === 'string' ? cell.replace(/^'/, '') : cell, this.instants);
    if (at === null) {
      this.error(field, 'is not a date and time that can be read');
    } else if (at > this.now + AHEAD_MAX_MS && field !== 'dueAt') {
      this.error(field, "lies ahead of the desk's clock");
    }
    return at;
  }

  duration(field: FieldKey): number | null {
    const cell = this.cells.get(field);
    if (isEmpty(cell)) return null;
    const length = readDuration(typeof cell === 'string' ? cell.replace(/^'/, '') : cell);
    if (length === null) this.error(field, 'is not a length of time that can be read');
    return length;
  }

  flag(field: FieldKey): boolean | null {
    const flag = readFlag(this.cells.get(field));
    if (flag === undefined) this.warn(field, 'is neither yes nor no; left out');
    return flag ?? null;
  }

  count(field: FieldKey): number | null {
    const count = readCount(this.cells.get(field));
    if (count === undefined) this.warn(field, 'is not a whole number; left out');
    return count ?? null;
  }

  /** A number with a fraction, such as a latitude. */
  decimal(field: FieldKey, max: number): number | null {
    const word = this.word(field);
    if (word === null) return null;
    const value = Number(word.replace(',', '.'));
    if (Math.abs(value) <= max) return value;
    this.warn(field, `is not a number from -${max} to ${max}; left out`);
    return null;
  }

  url(field: FieldKey): string | null {
    const word = this.word(field, 2_000);
    if (word === null) return null;
    if (/^https?:\/\/\S+$/i.test(word) && URL.canParse(word)) return word;
    this.warn(field, 'is not an http address; left out');
    return null;
  }
}
