import type { ExportFormat, ExportLanguage } from '../../contract/exports.js';
import { wallClock } from '../../domain/wall-clock.js';

/** Names of files that hold words of the region's data: safe on every system, and readable. */

const LATIN: Readonly<Record<string, string>> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'y',
  к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f',
  х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya',
}; // prettier-ignore

/** Longest part that a name of a topic or an agency takes, in bytes: 255 are the usual limit of all. */
const PART_BYTES_MAX = 150;
/** What file systems and shells refuse or take for a path, and signs that turn the text around. */
const UNSAFE = /[\\/:*?"<>|«»'`$%&;\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

export interface NamedExport {
  /** What it was narrowed to, such as the topic's name; none for everything. */
  subject: string | undefined;
  /** World time, epoch ms. */
  at: number;
  zone: string;
  format: ExportFormat;
  language: ExportLanguage;
}

/** `Обращения Дороги тротуары двор 2026-11-25 1030 Europe-Moscow.xlsx`: the zone of its times is said here, too. */
export function fileName({ subject, at, zone, format, language }: NamedExport): string {
  const when = wallClock(at, zone).slice(0, 16).replace(':', '');
  const place = zone.replaceAll('/', '-');
  const parts = [language === 'ru' ? 'Обращения' : 'Complaints', subject ?? '', when, place];
  const name = parts.map((part) => shortened(part.replace(UNSAFE, ' '))).filter(Boolean);
  return `${name.join(' ')}.${format}`;
}

/** Cut between characters as people count them; no point or blank at the ends. */
function shortened(part: string): string {
  const plain = part.normalize('NFC').replace(/\s+/gu, ' ').trim();
  let kept = '';
  for (const { segment } of new Intl.Segmenter('ru').segment(plain)) {
    if (Buffer.byteLength(kept + segment) > PART_BYTES_MAX) break;
    kept += segment;
  }
  return kept.replace(/^[\s.]+|[\s.]+$/gu, '');
}

/**
 * The header's value (RFC 6266): a name in ASCII for old programs, and the true one in UTF-8 (RFC 8187).
 */
export function contentDisposition(name: string): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*!]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${asciiOf(name)}"; filename*=UTF-8''${encoded}`;
}

function asciiOf(name: string): string {
  return [...name]
    .map((sign) => {
      const latin = LATIN[sign.toLowerCase()];
      if (latin === undefined) return sign;
      return sign === sign.toLowerCase() ? latin : latin.charAt(0).toUpperCase() + latin.slice(1);
    })
    .join('')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/-(?=\.)/g, '')
    .replace(/^[-.]+/, '');
}
