import type { Db } from './pool.js';

/**
 * What a search text asks for. Numbers first, then phrases and words by Russian stems, then fragments
 * by trigrams. ё counts as е on both sides. Names of people are not looked at: only texts are.
 */
export interface Search {
  /** Full numbers that the text may mean; empty for anything but a number. */
  numbers: string[];
  /** A number of the system that a complaint was imported from; null for what is none. */
  sourceNumber: string | null;
  /** The text folded, in websearch syntax: words, "phrases", -without, or. */
  words: string;
  /** Folded pieces of at least three characters, all of which one text must hold; empty: none looked for. */
  fragments: string[];
}

/** The first year whose numbers a bare `123` is tried with; imports reach back, the desk does not. */
const FIRST_YEAR = 2015;
const FRAGMENT_LENGTH_MIN = 3;
const FRAGMENTS_MAX = 6;

/** ё as е, in lower case: the same as the column `folded` says of a text. */
const fold = (text: string): string => text.toLowerCase().replaceAll('ё', 'е');

/** Reads a search text; `year` is the world's, for numbers without one. */
export function readSearch(q: string, year: number): Search {
  const words = fold(q);
  // Quotes, minus and `or` ask for something exact: a fragment would find what they exclude.
  const isPlain = !/["«»“”]|(^|\s)-\S|\sor\s/.test(words);
  const pieces = isPlain ? words.split(/\s+/) : [];
  return {
    numbers: numbersIn(q, year),
    sourceNumber: /^[№#]?\s*([\p{L}\d][\p{L}\d/_-]{2,39})$/u.exec(q)?.[1] ?? null,
    words: words.replace(/[«»“”„]/g, '"'),
    fragments: pieces
      .filter((piece) => [...piece].length >= FRAGMENT_LENGTH_MIN)
      .slice(0, FRAGMENTS_MAX),
  };
}

function numbersIn(q: string, year: number): string[] {
  const full = /^№?\s*(\d{4})-(\d{1,12})$/.exec(q);
  if (full) {
    return [`${full[1]}-${String(Number(full[2])).padStart(6, '0')}`];
  }
  const digits = /^[№#]?\s*(\d{1,12})$/.exec(q)?.[1];
  if (digits === undefined) {
    return [];
  }
  const count = String(Number(digits)).padStart(6, '0');
  return Array.from(
    { length: Math.max(1, year - FIRST_YEAR + 2) },
    (_, i) => `${year + 1 - i}-${count}`,
  );
}

const likePattern = (piece: string): string => `%${piece.replace(/[\\%_]/g, '\\$&')}%`;

/** Adds a value to a statement's values and returns its placeholder. */
export type Bind = (value: unknown) => string;

/** SQL of the complaints that fit: (complaint_id, rank), rank 0 number, 1 phrase, 2 words, 3 fragment. */
export function hitsSql(search: Search, bind: Bind): string {
  const words = bind(search.words);
  // One word is its own phrase; asking twice would double the work of a frequent one.
  const rank = /\s/.test(search.words)
    ? `case when t.search @@ phraseto_tsquery('russian', ${words}) then 1 else 2 end`
    : '1';
  const parts = [
    `select t.complaint_id, ${rank} as rank from texts t
     where t.search @@ websearch_to_tsquery('russian', ${words})`,
  ];
  if (search.numbers.length > 0) {
    parts.push(`select id, 0 from complaints where number = any(${bind(search.numbers)}::text[])`);
  }
  if (search.sourceNumber !== null && /\d/.test(search.sourceNumber)) {
    parts.push(
      `select complaint_id, 0 from imported_rows where source_number = ${bind(search.sourceNumber)}`,
    );
  }
  if (search.fragments.length > 0) {
    const all = search.fragments.map((piece) => `t.folded like ${bind(likePattern(piece))}`);
    parts.push(`select t.complaint_id, 3 from texts t where ${all.join(' and ')}`);
  }
  return `select complaint_id, min(rank) as rank from (${parts.join(' union all ')}) f group by complaint_id`;
}

// Marks that no citizen's text holds once they are blanked below; each is one UTF-16 unit, like what it replaces.
const START = '\uE000';
const STOP = '\uE001';
const BODY_MAX = 20_000;
const AROUND_MAX = 160;

interface Found {
  complaintId: string;
  body: string;
  marked: string;
}

/**
 * Where the texts of these complaints fit, as HTML-escaped text with `<mark>…</mark>`, by complaint id.
 * One query; a complaint that fits by its number alone is not among them.
 */
export async function highlights(
  db: Db,
  search: Search,
  complaintIds: string[],
): Promise<Map<string, string>> {
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const words = `websearch_to_tsquery('russian', ${bind(search.words)})`;
  const like = search.fragments.map((piece) => `t.folded like ${bind(likePattern(piece))}`);
  const fits = [`t.search @@ ${words}`, ...(like.length > 0 ? [`(${like.join(' and ')})`] : [])];
  // Whatever the headline's parser would leave out or join (tags, entities) is blanked one for one, so that
  // places in the marked text are places in the text itself.
  const { rows } = await db.query<Found>(
    `select f.complaint_id as "complaintId", f.body, ts_headline('russian',
         translate(f.body, 'ёЁ<>&' || ${bind(START + STOP)}, 'еЕ     '), ${words},
         'HighlightAll=true, StartSel=' || ${bind(START)} || ', StopSel=' || ${bind(STOP)}) as marked
     from (
       select distinct on (t.complaint_id) t.complaint_id, left(t.body, ${BODY_MAX}) as body
       from texts t join complaints c on c.id = t.complaint_id
       where t.complaint_id = any(${bind(complaintIds)}::uuid[]) and t.body is not null
         and (${fits.join(' or ')})
       order by t.complaint_id, (t.search @@ ${words}) desc, (t.id = c.text_id) desc, t.id) f`,
    values,
  );
  return new Map(rows.map((row) => [row.complaintId, highlightOf(row, search.fragments)]));
}

type Range = readonly [from: number, to: number];

function highlightOf({ body, marked }: Found, fragments: string[]): string {
  const byWords = rangesOf(marked);
  const ranges = byWords.length > 0 ? byWords : rangesOfFragments(body, fragments);
  const [from, to] = window(body, ranges[0]?.[0] ?? 0);
  let html = from > 0 ? '…' : '';
  let at = from;
  for (const [start, stop] of ranges.filter((range) => range[0] >= from && range[1] <= to)) {
    if (start < at) continue;
    html += `${escapeHtml(body.slice(at, start))}<mark>${escapeHtml(body.slice(start, stop))}</mark>`;
    at = stop;
  }
  return `${html}${escapeHtml(body.slice(at, to))}${to < body.length ? '…' : ''}`;
}

function rangesOf(marked: string): Range[] {
  const ranges: Range[] = [];
  let place = 0;
  let start = 0;
  for (const unit of marked.split(new RegExp(`([${START}${STOP}])`))) {
    if (unit === START) start = place;
    else if (unit === STOP) ranges.push([start, place]);
    else place += unit.length;
  }
  return ranges;
}

function rangesOfFragments(body: string, fragments: string[]): Range[] {
  const folded = fold(body);
  // A few letters of other scripts change their length in lower case; places would be off.
  if (folded.length !== body.length) return [];
  return fragments
    .map((piece) => [folded.indexOf(piece), piece.length] as const)
    .filter(([at]) => at >= 0)
    .map(([at, length]): Range => [at, at + length])
    .sort((a, b) => a[0] - b[0]);
}

/** The stretch around a place, cut at spaces where there are some, never inside a character. */
function window(body: string, place: number): Range {
  const from = place < AROUND_MAX / 2 ? 0 : boundary(body, place - AROUND_MAX / 2);
  const to = from + AROUND_MAX >= body.length ? body.length : boundary(body, from + AROUND_MAX);
  return [from, Math.max(to, from)];
}

const segmenter = new Intl.Segmenter('ru');

/** The nearest place at or after `at` where one character as people count them ends and another begins. */
function boundary(body: string, at: number): number {
  const space = body.indexOf(' ', at);
  if (space >= 0 && space - at < 30) return space + 1;
  return segmenter.segment(body).containing(at)?.index ?? body.length;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (unit) => ENTITIES[unit] ?? unit);

const PREVIEW_GRAPHEMES = 160;
/** How many code points of a text are read for its preview: room for 160 families of emoji. */
export const PREVIEW_READ = 4_000;

/** The first 160 characters, as people count them, of a text's first `PREVIEW_READ` code points; never half of one. */
export function previewOf(text: string): string {
  // As short in UTF-16 units, it needs no counting.
  if (text.length <= PREVIEW_GRAPHEMES) return text;
  let count = 0;
  let last = 0;
  for (const { index } of segmenter.segment(text)) {
    if (count === PREVIEW_GRAPHEMES) return text.slice(0, index);
    count += 1;
    last = index;
  }
  // The read may have ended inside the last character.
  return text.length < PREVIEW_READ ? text : text.slice(0, last);
}
