/** Texts as XLSX holds them: XML 1.0, at most 32,767 UTF-16 units a cell. */

/** Excel's limit of a cell, in UTF-16 units. */
export const CELL_UNITS_MAX = 32_767;

// What XML 1.0 cannot hold, carriage returns (a reader of XML makes them line feeds), and what would be read as an
// escape though the text means it literally.
const TO_ESCAPE = /[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;
const MARKUP = /[&<>]/g;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A text as the content of an XML element of a sheet; control characters as `_xHHHH_` (ECMA-376, ST_Xstring). */
export function xmlText(text: string): string {
  return text
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(
      TO_ESCAPE,
      (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    )
    .replace(MARKUP, (unit) => ENTITIES[unit]!);
}

/** True where a reader of XML might drop blanks at the ends, or line breaks. */
export const keepsBlanks = (text: string): boolean => /^\s|\s$|[\n\t]/.test(text);

/** A text that is too long for a cell ends with a mark that says how much is missing. `mark`: from that count. */
export function fitted(text: string, mark: (missing: number) => string): string {
  if (text.length <= CELL_UNITS_MAX) return text;
  // The mark is at its longest when it counts the whole text.
  let end = CELL_UNITS_MAX - mark(text.length).length;
  if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end) + mark(text.length - end);
}
