import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type pg from 'pg';
import { channels } from '../src/channels/registry.js';
import type { Channel, Publication } from '../src/channels/channel.js';
import { inTransaction, type Db } from '../src/db/pool.js';
import { toWorld, type WorldAnchor } from '../src/domain/world-clock.js';
import type { RegionCache } from '../src/db/region-store.js';
import { lockProcess } from '../src/db/process-row.js';
import { Turn } from '../src/domain/process.js';
import type { PublishInput, StepResult } from '../workflows/complaint/messages.js';
import { openTask } from '../src/db/tasks.js';
import { closeWhenPublished } from './step/publishing.js';
import { surroundingsOf } from './step/surroundings.js';
import { takeWords } from './step/words.js';
import { write } from './step/write.js';
import { codeOf, withoutWords } from './without-words.js';

export interface PublishDeps {
  pool: pg.Pool;
  region: RegionCache;
  clock: WorldAnchor;
}

/** After this many failed attempts an operator is told, while the attempts go on. */
const ATTEMPTS_BEFORE_TASK = 3;

interface PublicationRow extends Omit<Publication, 'text'> {
  /** Null once it was erased. */
  text: string | null;
  source: string;
  mailTo: boolean;
  state: string;
  current: boolean;
}

/** The activity of one channel: brings a reply to each of its destinations that waits, each once. */
export function createPublish(channel: Channel, deps: PublishDeps) {
  return withoutWords('publish', async ({ replyId }: PublishInput): Promise<StepResult | null> => {
    const { rows } = await deps.pool.query<{ id: string }>({
      name: 'publications-to-do',
      text: `select id from publications where reply_id = $1 and channel = $2 and state = 'pending' order by id`,
      values: [replyId, channel.name],
    });
    for (const { id } of rows) {
      await publishOne(channel, deps, id);
    }
    return settle(deps, replyId);
  });
}

/** World time of this attempt by the Temporal server's clock, as the workflow's steps have it. */
const nowOf = (deps: PublishDeps): number =>
  toWorld(deps.clock, Context.current().info.currentAttemptScheduledTimestampMs);

/**
 * Closes the complaint whose final reply has reached all its destinations. No fence is asked for: it is
 * the row that says that everything is published, whichever run published it.
 */
async function settle(deps: PublishDeps, replyId: string): Promise<StepResult | null> {
  const region = await deps.region.current();
  return inTransaction(deps.pool, async (db) => {
    const { rows } = await db.query<{ complaint_id: string }>({
      name: 'complaint-of-reply',
      text: 'select complaint_id from replies where id = $1',
      values: [replyId],
    });
    const row = rows[0] ? await lockProcess(db, rows[0].complaint_id) : null;
    if (row?.fence == null || row.process.finalReplyId !== replyId) {
      return null;
    }
    const now = Math.max(nowOf(deps), row.process.firstRepliedAt ?? 0);
    const turn = new Turn(row.process, surroundingsOf(region, row.id, now, 'system'));
    const { id: complaintId, runNo, fence } = row;
    const input = { complaintId, runNo, fence, now, cause: { do: 'tick' } as const };
    const context = {
      db,
      row,
      region,
      turn,
      input,
      channelOf: (source: string) => channels.nameFor(source),
    };
    if (turn.process.status === 'publishing') {
      // A word that came while the complaint was closing belongs to this run's timeline.
      await takeWords(context);
    }
    await closeWhenPublished(db, turn);
    return write(context);
  });
}

async function publishOne(channel: Channel, deps: PublishDeps, id: string): Promise<void> {
  const now = (): number => nowOf(deps);
  try {
    await inTransaction(deps.pool, async (db) => {
      const publication = await lockPublication(db, id);
      if (publication?.state !== 'pending') {
        return;
      }
      const { text } = publication;
      if (!publication.current || text === null) {
        // A corrected text has taken its place, or its words were erased.
        await db.query(`update publications set state = 'waived' where id = $1`, [id]);
        return;
      }
      const outcome = await channel.publish({ ...publication, text });
      if (outcome.published) {
        await recordPublished(db, publication, outcome.ref, now());
        return;
      }
      await db.query(
        `update publications set state = 'blocked', attempts = attempts + 1, last_error = $2 where id = $1`,
        [id, outcome.reason],
      );
      await openTask(
        db,
        publication.complaintId,
        { kind: 'publication_blocked', subject: id, reason: outcome.reason },
        now(),
      );
    });
  } catch (error) {
    await recordFailure(deps.pool, id, now());
    // The cause stays in the log of the channel; the history gets no text that a source may have sent.
    throw ApplicationFailure.retryable(`publication by ${channel.name} failed`, codeOf(error));
  }
}

async function lockPublication(db: Db, id: string): Promise<PublicationRow | null> {
  const { rows } = await db.query<PublicationRow>({
    name: 'lock-publication',
    text: `select p.id, p.reply_id as "replyId", p.revision, p.complaint_id as "complaintId", p.attempts, p.state,
        p.revision = r.revision as current, r.kind, t.body as text, c.number, c.external_id as "externalId",
        c.source, c.author_contact like '%@%' as "mailTo"
      from publications p
        join replies r on r.id = p.reply_id
        join texts t on t.id = r.text_id
        join complaints c on c.id = p.complaint_id
      where p.id = $1 for update of p`,
    values: [id],
  });
  return rows[0] ?? null;
}

async function recordPublished(
  db: Db,
  publication: PublicationRow,
  ref: string,
  at: number,
): Promise<void> {
  const when = new Date(at);
  await db.query({
    name: 'record-published',
    text: `with p as (
        update publications set state = 'published', attempts = attempts + 1, external_ref = $2,
          published_at = $3, last_error = null where id = $1)
      update replies set state = 'published', published_at = coalesce(published_at, $3) where id = $4`,
    values: [publication.id, ref, when, publication.replyId],
  });
  if (publication.mailTo) {
    await db.query({
      name: 'enqueue-mail',
      text: `insert into outbox (kind, complaint_id, payload) values ('mail', $1, $2)`,
      values: [
        publication.complaintId,
        JSON.stringify({ publicationId: publication.id, kind: publication.kind }),
      ],
    });
  }
  if (!channels.hasOwn(publication.source)) {
    await openTask(
      db,
      publication.complaintId,
      {
        kind: 'answer_at_source',
        subject: publication.id,
        reason: `no_channel:${publication.source}`,
      },
      at,
    );
  }
}

async function recordFailure(pool: pg.Pool, id: string, now: number): Promise<void> {
  const attempt = Context.current().info.attempt;
  const { rows } = await pool.query<{ complaint_id: string }>(
    `update publications set attempts = attempts + 1, last_error = 'failed' where id = $1 returning complaint_id`,
    [id],
  );
  if (rows[0] && attempt >= ATTEMPTS_BEFORE_TASK) {
    await openTask(
      pool,
      rows[0].complaint_id,
      { kind: 'publication_failing', subject: id, reason: 'failed' },
      now,
    );
  }
}
