import { cleanText, TEXT_MAX } from '../../contract/primitives.js';
import type { Cell } from '../table/cell.js';

/** A cell's value, or why it has none that could be kept. */
export type Read<T> = { value: T } | { problem: string };

/** Longest name or address that is kept. */
const WORD_MAX = 500;
const NONE = /^[-–—]$/;
const BREAK = /<br\s*\/?>/gi;

/** Spreadsheets show an apostrophe before what is meant as text; the real export writes one before every text. */
const withoutApostrophe = (text: string): string => (text.startsWith("'") ? text.slice(1) : text);

function asText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'boolean') return cell ? 'Да' : 'Нет';
  return typeof cell === 'number' ? String(cell) : withoutApostrophe(cell);
}

/** The beginning of a text, cut between characters as people count them. `max` in UTF-16 units. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter('ru').segment(text.slice(0, max + 64))) {
    if (index + segment.length > max) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** A name, code or address on one line; null for nothing and for `-`. */
export function readWord(cell: Cell, max = WORD_MAX): Read<string | null> {
  const line = asText(cell).replace(/\s+/g, ' ').trim();
  return line === '' || NONE.test(line) ? { value: null } : keep(line, max);
}

/** Words of a person: `<br>` is a line break; null for nothing and for `-`. */
export function readText(cell: Cell): Read<string | null> {
  const words = asText(cell).replace(BREAK, '\n');
  return words.trim() === '' || NONE.test(words.trim()) ? { value: null } : keep(words, TEXT_MAX);
}

function keep(text: string, max: number): Read<string | null> {
  const kept = cleanText(text, max);
  if ('problem' in kept) {
    return kept.problem === 'must not be empty' ? { value: null } : kept;
  }
  return { value: kept.text };
}

const YES = new Set(['да', 'yes', 'true', '1', 'y']);
const NO = new Set(['нет', 'no', 'false', '0', 'n']);

/** `Да`, `Нет`; null for `-` and nothing; undefined for anything else. */
export function readFlag(cell: Cell): boolean | null | undefined {
  if (typeof cell === 'boolean') return cell;
  const word = asText(cell).trim().toLowerCase();
  if (word === '' || NONE.test(word)) return null;
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

/** A whole number, digits grouped by spaces or not; null for nothing; undefined for anything else. */
export function readCount(cell: Cell): number | null | undefined {
  const text = asText(cell).replace(/[\s\u00a0]/g, '');
  if (text === '' || NONE.test(text)) return null;
  const value = Number(text.replace(',', '.'));
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
