import { invalid } from '../errors.js';
import type { Db } from './pool.js';
import { appendEvents, textDigest, type NewEvent } from './timeline.js';

/** All attachments of one complaint together: its words, the further words, the evidence. */
const COMPLAINT_MAX = 100;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Binding {
  complaintId: string;
  /** In their order; as a body gives them, so any text. */
  ids: string[];
  /** Only what this actor has uploaded can be bound. */
  actor: string;
  /** World time, epoch ms. */
  at: number;
  /** As evidence of this reply. */
  replyId?: string;
  /** As sent with this further word. */
  inboxId?: string;
}

interface Bound {
  id: string;
  digest: Buffer;
  key: Buffer;
}

const attached = (
  { id, digest, key }: Bound,
  { actor, at, replyId, inboxId }: Omit<Binding, 'complaintId' | 'ids'>,
): NewEvent => ({
  type: 'attached',
  at,
  actor,
  data: {
    attachment: id,
    digest: textDigest(key, digest.toString('hex')),
    ...(replyId !== undefined && { reply: replyId }),
    ...(inboxId !== undefined && { word: inboxId }),
  },
});

const wrongOnes = (ids: string[], isWrong: (id: string, index: number) => boolean, why: string) =>
  ids.flatMap((id, index) =>
    isWrong(id, index) ? [{ path: `attachments[${index}]`, message: why }] : [],
  );

/**
 * Gives uploads to a complaint, a reply or a word, each once, with an `attached` event each. Call it in the
 * transaction that writes what they belong to.
 * @throws AppError `invalid` naming each that is unknown, another's or bound already; the transaction must not commit.
 */
export async function bindAttachments(db: Db, binding: Binding): Promise<void> {
  const { complaintId, actor, at } = binding;
  const ids = binding.ids.map((id) => id.toLowerCase());
  if (ids.length === 0) {
    return;
  }
  const twice = wrongOnes(ids, (id, index) => ids.indexOf(id) !== index, 'is named twice');
  if (twice.length > 0) {
    throw invalid(twice);
  }
  const { rows } = await db.query<Bound>({
    name: 'bind-attachments',
    text: `update attachments a
      set complaint_id = $1, reply_id = $2, inbox_id = $3, bound_at = $4, position = given.place
      from unnest($5::uuid[]) with ordinality as given (id, place)
      where a.id = given.id and a.uploaded_by = $6 and a.bound_at is null and a.erased_machine_at is null
        and (a.complaint_id is null or a.complaint_id = $1)
      returning a.id, a.digest, a.key`,
    values: [
      complaintId,
      binding.replyId ?? null,
      binding.inboxId ?? null,
      new Date(at),
      ids.filter((id) => UUID.test(id)),
      actor,
    ],
  });
  const bound = new Map(rows.map((row) => [row.id, row]));
  const unknown = wrongOnes(ids, (id) => !bound.has(id), 'no such attachment');
  if (unknown.length > 0) {
    throw invalid(unknown);
  }
  await appendEvents(
    db,
    complaintId,
    ids.flatMap((id) => bound.get(id) ?? []).map((one) => attached(one, binding)),
  );
  // The events hold the complaint's lock: nobody else adds to it now.
  const { rows: counted } = await db.query<{ count: number }>(
    `select count(*) from attachments
     where complaint_id = $1 and bound_at is not null and erased_machine_at is null`,
    [complaintId],
  );
  if ((counted[0]?.count ?? 0) > COMPLAINT_MAX) {
    const message = `a complaint takes at most ${COMPLAINT_MAX}`;
    throw invalid([{ path: 'attachments', message }]);
  }
}

/**
 * Takes along what came with a further word to the complaint that the word went to. `asWord`: it stays a word there,
 * and its sender still sees it; else it is the new complaint's own.
 */
export async function moveWithWord(
  db: Db,
  inboxId: string,
  to: { complaintId: string; asWord: boolean; at: number },
): Promise<void> {
  const { rows } = await db.query<Bound>(
    `update attachments set complaint_id = $2, inbox_id = case when $3 then inbox_id end
     where inbox_id = $1 and erased_machine_at is null returning id, digest, key`,
    [inboxId, to.complaintId, to.asWord],
  );
  if (rows.length > 0) {
    const binding = { actor: 'citizen', at: to.at };
    await appendEvents(
      db,
      to.complaintId,
      rows.map((one) => attached(one, binding)),
    );
  }
}
