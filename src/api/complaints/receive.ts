import type { NewComplaint } from '../../contract/complaints.js';
import { newTrackToken, yearIn } from '../../db/complaint-identity.js';
import type { NewComplaintRow } from '../../db/complaints-intake.js';
import type { RegionView } from '../../db/region-store.js';
import { chain, EMPTY_HEAD, newText } from '../../db/timeline.js';
import { invalid } from '../../errors.js';
import { erasedId } from '../../subjects/erased-id.js';
import { personKey } from '../../subjects/person-key.js';
import { municipalityCode } from './place-name.js';

const POSTED_AHEAD_MAX_MS = 5 * 60_000;
const OPEN_SOURCES = ['vk', 'ok', 'telegram', 'max', 'open311', 'monitoring'];

export interface Receipt {
  id: string;
  /** `key:<id>`, `user:<id>` or `citizen`. */
  actor: string;
  /** World time, epoch ms. */
  now: number;
  region: RegionView;
  personSecret: string;
}

/**
 * A message as the row that makes it a complaint.
 * @throws AppError `invalid` for a date ahead of the desk's clock or an unknown municipality.
 */
export function receive(message: NewComplaint, receipt: Receipt): NewComplaintRow {
  const { region, now } = receipt;
  const municipality =
    message.municipality === undefined ? undefined : municipalityCode(region, message.municipality);
  const wrong = [
    ...(message.postedAt !== undefined && message.postedAt > now + POSTED_AHEAD_MAX_MS
      ? [{ path: 'postedAt', message: 'is more than 5 minutes ahead of the desk' }]
      : []),
    ...(message.municipality !== undefined && municipality === undefined
      ? [{ path: 'municipality', message: 'no such municipality' }]
      : []),
  ];
  if (wrong.length > 0) {
    throw invalid(wrong);
  }
  const text = newText('complaint', message.text);
  const visibility =
    message.visibility ?? (OPEN_SOURCES.includes(message.source) ? 'public' : 'private');
  const { origin } = message;
  const [event] = chain(receipt.id, EMPTY_HEAD, [
    {
      type: 'received',
      at: now,
      actor: receipt.actor,
      data: { source: message.source, origin, visibility, text: text.ref },
    },
  ]);
  return {
    id: receipt.id,
    year: yearIn(region.settings.zone, now),
    source: message.source,
    externalId: message.externalId ?? null,
    erasedId:
      message.externalId === undefined
        ? null
        : erasedId(receipt.personSecret, message.source, message.externalId),
    text,
    authorName: message.author?.name ?? null,
    authorHandle: message.author?.handle ?? null,
    authorContact: message.author?.contact ?? null,
    personKey: personKey(receipt.personSecret, message.source, message.author),
    url: message.url ?? null,
    address: message.address ?? null,
    lat: message.location?.lat ?? null,
    lon: message.location?.lon ?? null,
    postedAt: message.postedAt ?? null,
    receivedAt: now,
    origin,
    visibility,
    municipalityGiven: municipality ?? null,
    campaign: message.campaign ?? null,
    parentId: null,
    trackToken: newTrackToken(),
    createdBy: receipt.actor,
    event: event as NonNullable<typeof event>,
  };
}
