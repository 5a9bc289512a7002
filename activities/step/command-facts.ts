import type { Db } from '../../src/db/pool.js';
import type { ProcessRow } from '../../src/db/process-row.js';
import type { RegionView } from '../../src/db/region-store.js';
import { textRef } from '../../src/db/timeline.js';
import type { MergeTarget } from '../../src/domain/closing.js';
import type { CommandOf } from '../../src/domain/commands.js';
import type { CommandFacts } from '../../src/domain/decide.js';
import type { ReplyFacts } from '../../src/domain/replying.js';
import { routeBy } from '../../src/triage/judge.js';
import { readText, routedBy } from './triage-facts.js';

/** Reads what a command refers to, within the step's transaction. */
export async function commandFacts(
  db: Db,
  region: RegionView,
  row: ProcessRow,
  command: CommandOf,
): Promise<CommandFacts> {
  switch (command.type) {
    case 'classify': {
      const text = await readText(db, row.textId);
      const { source, campaign, process } = row;
      const message = { text, source, campaign };
      const routing = routeBy(region, message, command.body.topic, process.municipality);
      return { routed: routedBy(routing) };
    }
    case 'replyInterim':
    case 'replyFinal':
    case 'ask':
    case 'approve':
      return optional('reply', await readReply(db, row.id, command.body.replyId));
    case 'handover':
      return optional('agency', command.body.agency && region.agencies.get(command.body.agency));
    case 'approveExtension':
    case 'refuseExtension':
      return optional('extension', await readExtension(db, row.id, command.body.extensionId));
    case 'waive':
      return optional('publication', await readPublication(db, row, command.body.publication));
    case 'merge':
      return optional('target', await readTarget(db, command.body.into));
    default:
      return {};
  }
}

function optional<K extends keyof CommandFacts>(
  name: K,
  value: CommandFacts[K] | null | undefined | '',
): CommandFacts {
  return value ? { [name]: value } : {};
}

type ReplyRow = Pick<ReplyFacts, 'id' | 'kind' | 'outcome' | 'signatory' | 'state'> & {
  promised_at: Date | null;
  text_id: string;
  key: Buffer | null;
  body: string | null;
};

async function readReply(db: Db, complaintId: string, replyId: string): Promise<ReplyFacts | null> {
  const { rows } = await db.query<ReplyRow>({
    name: 'read-reply',
    text: `select r.id, r.kind, r.outcome, r.promised_at, r.signatory, r.state, r.text_id, t.key, t.body
      from replies r join texts t on t.id = r.text_id where r.id = $1 and r.complaint_id = $2`,
    values: [replyId, complaintId],
  });
  const row = rows[0];
  return row === undefined
    ? null
    : {
        id: row.id,
        kind: row.kind,
        outcome: row.outcome,
        promisedAt: row.promised_at?.getTime() ?? null,
        signatory: row.signatory,
        state: row.state,
        text: textRef(row),
      };
}

async function readExtension(
  db: Db,
  complaintId: string,
  extensionId: string,
): Promise<{ until: number; state: string } | null> {
  const { rows } = await db.query<{ until: Date; state: string }>(
    'select until, state from extensions where id = $1 and complaint_id = $2',
    [extensionId, complaintId],
  );
  return rows[0] ? { until: rows[0].until.getTime(), state: rows[0].state } : null;
}

/** A destination of the final reply that is under way. */
async function readPublication(
  db: Db,
  row: ProcessRow,
  publicationId: string,
): Promise<{ state: string } | null> {
  const { rows } = await db.query<{ state: string }>(
    'select state from publications where id = $1 and reply_id = $2',
    [publicationId, row.process.finalReplyId],
  );
  return rows[0] ?? null;
}

/** Shares the target's lock, so that it cannot close between this look and the merge. */
async function readTarget(db: Db, complaintId: string): Promise<MergeTarget | null> {
  const { rows } = await db.query<MergeTarget>(
    `select id, number, status, closure_reason as "closureReason" from complaints where id = $1 for share`,
    [complaintId],
  );
  return rows[0] ?? null;
}
