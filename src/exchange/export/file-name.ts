import type { ExportFormat, ExportLanguage } from '../../contract/exports.js';
import { wallClock } from '../../domain/wall-clock.js';

/** Names of files that hold words of the region's data: safe on every system, and readable. */

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
