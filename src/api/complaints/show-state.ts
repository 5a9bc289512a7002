import type { Response } from 'express';
import type { ComplaintState } from '../../contract/complaints.js';
import type { ComplaintHead } from '../../db/complaints-store.js';
import type { RegionView } from '../../db/region-store.js';
import { setVersion } from '../etag.js';
import { agencyShown } from '../resources/own-agencies.js';

/** A complaint's short form: what every command answers. */
export function showState(head: ComplaintHead, region: RegionView): ComplaintState {
  const { id, number, version, status, closureReason, rejectCode, kind, topic } = head;
  return {
    id,
    number,
    version,
    status,
    closureReason,
    rejectCode,
    kind,
    topic,
    agency: agencyShown(region, head.agencyId),
    executor: head.executor,
    priority: head.priority,
    level: head.level,
  } as ComplaintState;
}

/** Answers a command with the new state, its ETag and what the command made. */
export function sendState(
  res: Response,
  head: ComplaintHead,
  region: RegionView,
  made: { status: 200 | 201; members: object } = { status: 200, members: {} },
): void {
  setVersion(res, head.version);
  res.status(made.status).json({ ...showState(head, region), ...made.members });
}
