import type { TrackedComplaint } from '../../contract/track.js';
import { iso } from '../../contract/primitives.js';
import type { RegionView } from '../../db/region-store.js';
import { findByToken, findTracked, type TrackedRow } from '../../db/track-store.js';
import { HIDDEN, hidePersonalData, hideQuoted } from '../../domain/personal-data.js';
import { isAllowed, placeOf } from '../../domain/transitions.js';
import type { ListedAttachment } from '../../db/attachments-store.js';
import { notFound } from '../../errors.js';
import { patternOf, redact } from '../../subjects/terms.js';
import type { Sign } from '../attachments/files.js';
import { showFile } from '../attachments/show.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';

/** For so long after closing the answer can be rated and "not solved" reopens. Source: published norms, 15 days. */
export const RATES_WITHIN_MS = 15 * 24 * 3_600_000;

const TOKEN = /^[\w-]{16,64}$/;

/** @throws AppError `not_found` for an unknown token, whatever it looks like. */
export async function complaintOfToken(
  deps: AppDeps,
  token: string,
): Promise<{ id: string; number: string }> {
  const found = TOKEN.test(token) ? await findByToken(deps.pool, token) : null;
  if (!found) {
    throw notFound();
  }
  return found;
}

function timelineOf(row: TrackedRow, region: RegionView): TrackedComplaint['timeline'] {
  const answered = row.answers
    .filter((answer) => answer.kind !== 'question')
    .map((answer) => ({ type: 'answered', at: answer.publishedAt }));
  const told = row.events.map((event) => {
    const agency = event.agency === null ? undefined : region.agencies.get(event.agency)?.name;
    return { type: event.type, at: event.at, ...(agency !== undefined && { agency }) };
  });
  // Of one instant, the answer comes before the closing that it led to.
  return [...answered, ...told]
    .map((event) => ({ ...event, at: new Date(event.at).toISOString() }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

const isSaid = (text: string | null): text is string => text !== null;

/**
 * An answer without what it repeats of a citizen's own data; one to another citizen, read here because the complaints were
 * merged, also without who that is.
 */
function shownAnswer(
  text: string,
  other: TrackedRow['answers'][number]['other'],
  quotable: string[],
): string {
  if (other === null) {
    return hideQuoted(text, quotable);
  }
  const of = (value: string | null): string[] => (value === null ? [] : [value]);
  const { name, handle, contact, texts } = other;
  const pattern = patternOf({ names: of(name), handles: of(handle), contacts: of(contact) });
  const shown = hideQuoted(text, [...quotable, ...texts, ...of(contact)]);
  return pattern === null ? shown : redact(shown, pattern, HIDDEN);
}

/** What the citizen sees of the own complaint: no names of people, no reasons, no notes. */
function showTracked(
  row: TrackedRow,
  region: RegionView,
  now: number,
  sign: Sign,
): TrackedComplaint {
  const files = (rows: ListedAttachment[]) => rows.map((file) => showFile(file, sign));
  const place = placeOf(row.status, row.closureReason);
  let hidden = false;
  // Whoever has the link can open the page: what the author gave away in the text is not shown again.
  const own = (text: string | null): string | null => {
    const shown = text && hidePersonalData(text);
    hidden ||= shown !== text;
    return shown;
  };
  const quotable = [row.text, row.contact, ...row.messages.map(({ text }) => text)].filter(isSaid);
  const isFresh = row.closedAt !== null && now - row.closedAt.getTime() <= RATES_WITHIN_MS;
  return {
    number: row.number,
    status: row.status,
    closureReason: row.closureReason,
    receivedAt: row.receivedAt.toISOString(),
    text: own(row.text),
    attachments: files(row.attachments),
    agency: (row.agencyId && region.agencies.get(row.agencyId)?.name) ?? null,
    answers: row.answers.map(({ other, ...answer }) => ({
      ...answer,
      text: answer.text && shownAnswer(answer.text, other, quotable),
      publishedAt: iso(new Date(answer.publishedAt)) ?? '',
      attachments: files(answer.attachments),
    })),
    messages: row.messages.map(({ text, at, attachments }) => ({
      text: own(text),
      at: new Date(at).toISOString(),
      attachments: files(attachments),
    })),
    timeline: timelineOf(row, region),
    canRate: isAllowed('rate', place) && isFresh && !row.rated,
    canWrite: true,
    canWithdraw: isAllowed('close', place),
    hidden,
    erased: row.erased,
  };
}

/** The complaint behind a private link. @throws AppError `not_found`. */
export async function follow(deps: AppDeps, token: string): Promise<TrackedComplaint> {
  const row = TOKEN.test(token) ? await findTracked(deps.pool, token) : null;
  if (!row) {
    throw notFound();
  }
  const sign = await deps.files.signer();
  return showTracked(row, await deps.region.current(), worldNow(deps), sign);
}
