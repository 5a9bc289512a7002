import type { ExportRow, ImportedCells } from '../../db/export-rows.js';
import type { IncidentKey } from '../incident-columns.js';
import type { CellContext } from './column.js';
import { ownCells, type IncidentCells } from './incident-cells.js';

/** The source system whose files have the 47 columns: its rows keep their identity. */
const INCIDENT_SYSTEM = 'incident';

/** A desk of ours writes its complaints' ids. */
const DESK_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the desk has no opinion of: whatever became of the complaint here, the file's word stands. */
const FROM_FILE: readonly IncidentKey[] = [
  'office',
  'region',
  'locality',
  'street',
  'house',
  'oldObject',
  'object',
  'pageUrl',
  'authorUrl',
  'audience',
  'engagement',
  'replyAccount',
  'remark',
];

/** What the source measured or did: of a row that never moved here, the file says it all, also that there was none. */
const MEASURED: readonly IncidentKey[] = [
  'firstReplyTime',
  'firstReplyWorkingTime',
  'assignedAt',
  'executorReplyAt',
  'executorReaction',
  'executorInTime',
  'lifeTime',
  'approvalAskedAt',
  'approvalTime',
  'ratingAskedAt',
  'surveySent',
  'closedAt',
  'closingReason',
  'replyHasMedia',
  'messageHasMedia',
];

/** What may tell of a person, or hold somebody's words. */
const PERSONAL: readonly IncidentKey[] = [
  'locality',
  'street',
  'house',
  'oldObject',
  'object',
  'postUrl',
  'pageUrl',
  'authorUrl',
  'replyAccount',
  'remark',
  'text',
  'firstReplyText',
  'reply1',
  'reply2',
  'reply3',
];

/** A complaint in the 47 columns: what came from a file of them goes back in the file's own words. */
export function incidentCells(row: ExportRow, context: CellContext): IncidentCells {
  const cells = allCells(row, context);
  return context.personal
    ? cells
    : { ...cells, ...Object.fromEntries(PERSONAL.map((key) => [key, null])) };
}

function allCells(row: ExportRow, context: CellContext): IncidentCells {
  const own = ownCells(row, context);
  const { imported } = row;
  if (imported?.system !== INCIDENT_SYSTEM) return own;
  const kept = keptCells(imported, context);
  const identity = { id: imported.sourceId, number: imported.sourceNumber ?? row.number };
  if (!imported.isHistory) {
    return { ...kept, ...present(own), ...only(kept, FROM_FILE), ...identity };
  }
  const cleared = Object.fromEntries([...MEASURED, ...FROM_FILE].map((key) => [key, null]));
  // A desk like this one wrote its tags; another system's file had none of ours.
  const plain = context.personal ? (imported.personal?.tags ?? null) : null;
  const tags = DESK_ID.test(imported.sourceId) ? own.tags : plain;
  return { ...own, ...cleared, tags: tags ?? null, ...present(kept), ...identity };
}

function keptCells(imported: ImportedCells, { personal, notes }: CellContext): IncidentCells {
  // The tags are made together with ours.
  const personally = { ...imported.personal };
  delete personally.tags;
  return {
    ...imported.labels,
    ...imported.figures,
    ...(personal ? personally : {}),
    firstReplyWorkingTime: imported.firstReplyWorkingMs,
    executorReaction: imported.executorReactionMs,
    remark: notes ? imported.remark : null,
  };
}

const present = (cells: IncidentCells): IncidentCells =>
  Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== null));

const only = (cells: IncidentCells, keys: readonly IncidentKey[]): IncidentCells =>
  Object.fromEntries(keys.map((key) => [key, cells[key] ?? null]));
