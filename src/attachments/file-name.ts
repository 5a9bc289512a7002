import { ENDINGS, type MediaType } from './media-types.js';

const NAME_MAX = 200;
// Controls, what changes the direction of reading (a name that ends in "gpj.exe"), and invisible marks.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]/gu;

/** A person's own file name without a path and hidden characters, at most 200 code points; null when nothing is left. */
export function plainFileName(given: string | undefined): string | null {
  const last = (given ?? '').normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const name = last.replace(HIDDEN, '').replace(/\s+/g, ' ').trim();
  return name === '' || /^\.+$/.test(name) ? null : [...name].slice(0, NAME_MAX).join('');
}

/** The name under which it is downloaded: its ending is that of what it really is. */
export function downloadName(name: string | null, type: MediaType): string {
  const endings: readonly string[] = ENDINGS[type];
  const given = name ?? 'attachment';
  const ending = /\.([^.]+)$/.exec(given)?.[1]?.toLowerCase() ?? '';
  return endings.includes(ending) ? given : `${given}.${endings[0]}`;
}
