import type { ExportLanguage, NewExport } from '../../contract/exports.js';
import { wallClock } from '../../domain/wall-clock.js';

/** What an XLSX file says of itself, on a sheet behind the rows. */

export const SHEET_NAMES: Record<ExportLanguage, [rows: string, about: string]> = {
  ru: ['Обращения', 'О выгрузке'],
  en: ['Complaints', 'About'],
};

/** Ends a text that is longer than a cell may be. */
export const CUT_MARKS: Record<ExportLanguage, (missing: number) => string> = {
  ru: (missing) => `… [обрезано, ещё знаков: ${missing}; целиком — в CSV]`,
  en: (missing) => `… [cut, characters missing: ${missing}; whole in CSV]`,
};

export interface ExportFacts {
  request: NewExport;
  zone: string;
  personal: boolean;
  /** World time, epoch ms. */
  requestedAt: number;
  rows: number;
  /** Texts that were cut. */
  cut: number;
}

type Line = [name: string, value: string];

/** A name and a value a line. */
export function aboutLines(facts: ExportFacts): Line[] {
  const { request, zone, personal, requestedAt, rows, cut } = facts;
  const at = `${wallClock(requestedAt, zone)} (${zone})`;
  const filter = Object.entries(request.filter).map(
    ([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`,
  );
  if (request.language === 'ru') {
    return [
      ['Обращений', String(rows)],
      ['Составлено на', at],
      ['Часовой пояс', `Все даты и время в файле даны по поясу ${zone}`],
      ['Отбор', filter.join('; ') || 'все обращения'],
      ...(personal
        ? []
        : [['Личные данные', 'Имена, контакты, адреса, ссылки и тексты не выгружены'] as Line]),
      ...(cut > 0
        ? [
            [
              'Обрезано текстов',
              `${cut}: ячейка вмещает 32 767 знаков, целиком они есть в CSV`,
            ] as Line,
          ]
        : []),
    ];
  }
  return [
    ['Complaints', String(rows)],
    ['As of', at],
    ['Time zone', `All dates and times of this file are in ${zone}`],
    ['Filter', filter.join('; ') || 'all complaints'],
    ...(personal
      ? []
      : [['Personal data', 'Names, contacts, addresses, links and texts are left out'] as Line]),
    ...(cut > 0
      ? [['Texts cut', `${cut}: a cell takes 32,767 characters, CSV has them whole`] as Line]
      : []),
  ];
}
