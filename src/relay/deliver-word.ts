import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { moveWithWord } from '../db/attachments-bind.js';
import { inTransaction, type Db } from '../db/pool.js';
import { enqueue, type OutboxRow } from '../db/outbox.js';
import {
  appendEvents,
  chain,
  EMPTY_HEAD,
  insertEvents,
  insertText,
  newText,
  textRef,
} from '../db/timeline.js';
import { lockProcess } from '../db/process-row.js';
import { openTask } from '../db/tasks.js';
import { recordMessages } from '../db/webhook-messages.js';
import { classifierOf } from '../triage/judge.js';
import { toWorld } from '../domain/world-clock.js';
import { webhookMessages } from '../webhooks/messages.js';
import type { Dispatcher, RelayDeps, Sent } from './relay.js';
import { signalRun } from './signal-run.js';
import { beginRun } from './start-run.js';

/** For so long after closing a citizen's word reopens the complaint. Source: published norms of real desks, 15 days. */
const REOPENS_WITHIN_MS = 15 * 24 * 3_600_000;

const LOOK_AGAIN_MS = 500;

interface Word {
  isFirst: boolean;
  state: string;
  route: string;
  message_id: string;
  text_id: string;
  received_at: Date;
  key: Buffer | null;
  body: string | null;
  number: string;
  status: string;
  closure_reason: string | null;
  closed_at: Date | null;
  merged_into: string | null;
  run_no: number;
}

/**
 * Hands a citizen's further word over. An open complaint's run takes it; on a closed one this
 * function alone decides, under the row's lock: reopen, event, task, pass on, or a new complaint.
 */
export const deliverWord: Dispatcher = async (row, deps) => {
  const { inboxId } = row.payload as { inboxId: string };
  const decided = await inTransaction(deps.pool, (db) =>
    decideWord(db, deps, row.complaint_id, inboxId),
  );
  if (decided.next === 'done') {
    return 'done';
  }
  if (decided.next === 'wait') {
    return { againInMs: LOOK_AGAIN_MS };
  }
  return decided.next === 'signal'
    ? wakeRun(deps, decided.number)
    : reopenRun(deps, row, decided, inboxId);
};

async function wakeRun({ client }: RelayDeps, number: string): Promise<Sent> {
  await signalRun(client, number, 'citizenWrote');
  // Done when the row says handled: a run that is just closing may not look at it any more.
  return { againInMs: LOOK_AGAIN_MS };
}

async function reopenRun(
  deps: RelayDeps,
  { complaint_id: complaintId, attempts }: OutboxRow,
  { number, runNo }: { number: string; runNo: number },
  inboxId: string,
): Promise<Sent> {
  if (attempts > 1) {
    // The run that it joined may not know that the complaint is closed.
    await signalRun(deps.client, number, 'look');
  }
  await beginRun(deps, complaintId, number, runNo + 1, { by: 'word', inboxId });
  return { againInMs: 300 };
}

type Decided =
  | { next: 'done' }
  /** An earlier word of the complaint goes first; the run that it wakes takes this one too. */
  | { next: 'wait' }
  | { next: 'signal'; number: string }
  | { next: 'reopen'; number: string; runNo: number };

async function decideWord(
  db: Db,
  deps: RelayDeps,
  complaintId: string,
  inboxId: string,
): Promise<Decided> {
  await db.query('select from complaints where id = $1 for update', [complaintId]);
  const { rows } = await db.query<Word>(
    `select i.state, i.route, i.message_id, i.text_id, i.received_at, t.key, t.body,
       c.number, c.status, c.closure_reason, c.closed_at, c.merged_into, c.run_no,
       not exists (select from inbox e where e.complaint_id = i.complaint_id and e.state = 'pending'
         and (e.received_at, e.id) < (i.received_at, i.id)) as "isFirst"
     from inbox i join complaints c on c.id = i.complaint_id join texts t on t.id = i.text_id
     where i.id = $1`,
    [inboxId],
  );
  const word = rows[0];
  if (word === undefined || word.state === 'handled') {
    return { next: 'done' };
  }
  if (!word.isFirst) {
    return { next: 'wait' };
  }
  if (word.status !== 'closed') {
    return { next: 'signal', number: word.number };
  }
  const settle = async (decision: string): Promise<Decided> => {
    await db.query(`update inbox set state = 'handled', decision = $2 where id = $1`, [
      inboxId,
      decision,
    ]);
    const events = await appendEvents(db, complaintId, [
      {
        type: 'citizen_wrote',
        at: word.received_at.getTime(),
        actor: 'citizen',
        data: { text: textRef(word), route: word.route, decision },
      },
    ]);
    const row = await lockProcess(db, complaintId);
    if (row !== null) {
      const region = await deps.region.current();
      const from = row.process.agencyId;
      const told = webhookMessages(region, { ...row, row, from, events });
      await recordMessages(db, complaintId, told);
    }
    return { next: 'done' };
  };
  const now = toWorld(deps.clock, Date.now());
  if (word.closure_reason === 'duplicate' && word.merged_into !== null) {
    await passOn(db, word, inboxId, word.merged_into);
    return settle('passed_on');
  }
  if (word.closure_reason === 'rejected') {
    await openTask(
      db,
      complaintId,
      { kind: 'word_on_rejected', subject: inboxId, reason: 'citizen_wrote' },
      now,
    );
    return settle('task');
  }
  const isThanks =
    classifierOf(await deps.region.current()).classify(word.body ?? '').kind === 'thanks';
  if (isThanks) {
    return settle('thanks');
  }
  if (now - (word.closed_at?.getTime() ?? now) > REOPENS_WITHIN_MS) {
    await newComplaint(db, word, complaintId, inboxId, now, await zoneOf(deps));
    return settle('new_complaint');
  }
  return { next: 'reopen', number: word.number, runNo: word.run_no };
}

const zoneOf = async (deps: RelayDeps): Promise<string> =>
  (await deps.region.current()).settings.zone;

/** A word on a duplicate belongs to the complaint it was merged into, marked as from there. */
async function passOn(db: Db, word: Word, inboxId: string, into: string): Promise<void> {
  const copy = newText('word', word.body ?? '');
  await insertText(db, into, copy);
  const id = uuid();
  const { rowCount } = await db.query(
    `insert into inbox (id, complaint_id, source, message_id, route, text_id, received_at)
     values ($1, $2, 'merged', $3, $4, $5, $6) on conflict (source, message_id) do nothing`,
    [id, into, inboxId, `from ${word.number}`, copy.id, word.received_at],
  );
  if (rowCount === 1) {
    await moveWithWord(db, inboxId, {
      complaintId: into,
      asWord: true,
      at: word.received_at.getTime(),
    });
    await enqueue(db, 'word', into, { inboxId: id });
  }
}

/** Too late to reopen: a new complaint of the same person, marked as a repeat of the old one. */
async function newComplaint(
  db: Db,
  word: Word,
  oldId: string,
  inboxId: string,
  now: number,
  zone: string,
): Promise<void> {
  const id = uuid();
  const text = newText('complaint', word.body ?? '');
  const year = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric' }).format(now);
  const events = chain(id, EMPTY_HEAD, [
    {
      type: 'received',
      at: now,
      actor: 'citizen',
      data: { text: text.ref, route: word.route, repeatOf: oldId },
    },
  ]);
  await insertText(db, id, text);
  await db.query(
    `insert into complaints (id, number, source, external_id, text_id, author_name, author_handle, author_contact,
       person_key, received_at, origin, visibility, municipality_given, track_token, created_by, event_seq,
       event_hash, repeat_of)
     select $1, next_complaint_number($2), source, $3, $4, author_name,
       author_handle, author_contact, person_key, $5, origin, visibility, municipality, $6, 'citizen', 1, $7, id
     from complaints where id = $8`,
    [
      id,
      year,
      `word:${inboxId}`,
      text.id,
      new Date(now),
      randomBytes(18).toString('base64url'),
      events.at(-1)?.hash,
      oldId,
    ],
  );
  await insertEvents(db, id, events);
  await moveWithWord(db, inboxId, { complaintId: id, asWord: false, at: now });
  await enqueue(db, 'start', id, {});
}
