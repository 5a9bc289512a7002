import type { LinkSample, Overview } from '../db/overview.js';
import { STATUSES, type Status } from '../domain/transitions.js';

export type Language = 'ru' | 'en';

interface Words {
  statuses: Record<Status, string>;
  received: string;
  escalated: string;
  level: string;
  now: string;
  overdue: string;
  approvals: string;
  reopened: string;
  merged: string;
  tasks: string;
  firstReply: string;
  rating: string;
  none: string;
  locale: string;
  hours: (hours: number, minutes: string) => string;
}

const WORDS: Record<Language, Words> = {
  ru: {
    statuses: {
      received: 'получено',
      triage: 'на разборе',
      assigned: 'передано',
      in_progress: 'в работе',
      waiting_citizen: 'ждём автора',
      in_review: 'согласование',
      publishing: 'публикуется',
      closed: 'закрыто',
    },
    received: 'обращений',
    escalated: 'эскалаций',
    level: 'ур.',
    now: 'сейчас',
    overdue: 'просрочено',
    approvals: 'ждут согласования',
    reopened: 'возобновлено',
    merged: 'объединено',
    tasks: 'задач',
    firstReply: 'первый ответ в среднем через',
    rating: 'оценка',
    none: 'пока нет',
    locale: 'ru-RU',
    hours: (hours, minutes) => `${hours} ч ${minutes} мин`,
  },
  en: {
    statuses: {
      received: 'received',
      triage: 'triage',
      assigned: 'assigned',
      in_progress: 'in progress',
      waiting_citizen: 'waiting for citizen',
      in_review: 'in review',
      publishing: 'publishing',
      closed: 'closed',
    },
    received: 'complaints',
    escalated: 'escalations',
    level: 'level',
    now: 'now',
    overdue: 'overdue',
    approvals: 'waiting for approval',
    reopened: 'reopened',
    merged: 'merged',
    tasks: 'tasks',
    firstReply: 'mean first reply after',
    rating: 'rating',
    none: 'none yet',
    locale: 'en-GB',
    hours: (hours, minutes) => `${hours} h ${minutes} min`,
  },
};

/** The language that the machine's locale asks for. */
export function machineLanguage(): Language {
  return Intl.DateTimeFormat().resolvedOptions().locale.startsWith('ru') ? 'ru' : 'en';
}

const MINUTE_MS = 60_000;

/** How the desk stands at a world instant, as lines for a terminal. `zone`: of the region. */
export function overviewLines(
  seen: Overview,
  now: number,
  { language, zone, elapsedMs }: { language: Language; zone: string; elapsedMs: number },
): string[] {
  const w = WORDS[language];
  const clock = new Intl.DateTimeFormat(w.locale, {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
  }).format(now);
  const levels = Object.entries(seen.byLevel).map(([level, n]) => `${w.level} ${level}: ${n}`);
  const states = STATUSES.map((status) => `${w.statuses[status]} ${seen.byStatus[status] ?? 0}`);
  const mean =
    seen.meanFirstReplyMs === null ? w.none : durationText(seen.meanFirstReplyMs, w.hours);
  return [
    `${clock}  (${(elapsedMs / 1_000).toFixed(0)} s)  ${w.received} ${seen.received}`,
    `  ${states.join(' · ')}`,
    `  ${w.escalated} ${seen.escalations}${levels.length > 0 ? ` (${w.now} ${levels.join(', ')})` : ''} · ${w.overdue} ${seen.overdue} · ${w.approvals} ${seen.byStatus.in_review ?? 0} · ${w.reopened} ${seen.reopened} · ${w.merged} ${seen.duplicates} · ${w.tasks} ${seen.openTasks}`,
    `  ${w.firstReply} ${mean} · ${w.rating} ${seen.meanRating?.toFixed(1) ?? w.none}`,
  ];
}

/** Private links with the state of what lies behind them. */
export function linkLines(links: LinkSample[], url: string, language: Language): string[] {
  return links.map(
    ({ status, token }) => `  ${url}/track/${token}  ${WORDS[language].statuses[status]}`,
  );
}

function durationText(ms: number, show: Words['hours']): string {
  const minutes = Math.round(ms / MINUTE_MS);
  return show(Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0'));
}

const SEPARATOR = ' · ';

/** A line broken at its separators, so that none of its pieces is wider than a terminal. */
function wrapped(line: string, width: number): string[] {
  const pieces: string[] = [];
  for (const part of line.split(SEPARATOR)) {
    const last = pieces.at(-1);
    if (last !== undefined && `${last}${SEPARATOR}${part}`.length <= width) {
      pieces[pieces.length - 1] = `${last}${SEPARATOR}${part}`;
    } else {
      pieces.push((last === undefined ? part : `    ${part}`).slice(0, width));
    }
  }
  return pieces;
}

/** Prints lines again and again: over the last ones in a terminal, below them elsewhere. */
export class LiveLines {
  #shown = 0;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  show(lines: string[]): void {
    if (!this.out.isTTY) {
      this.out.write(`${lines.join('\n')}\n`);
      return;
    }
    const width = this.out.columns || 100;
    const cut = lines.flatMap((line) => wrapped(line, width - 1));
    const back = this.#shown > 0 ? `\x1b[${this.#shown}A\x1b[J` : '';
    this.out.write(`${back}${cut.join('\n')}\n`);
    this.#shown = cut.length;
  }
}
