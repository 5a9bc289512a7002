import { v7 as uuid } from 'uuid';
import type { Db } from '../../src/db/pool.js';
import { openTask } from '../../src/db/tasks.js';
import type { ProcessRow } from '../../src/db/process-row.js';
import type { Effect } from '../../src/domain/process.js';

/** Which channel publishes for a source. */
export type ChannelOf = (source: string) => string;

/** Carries out what a step sees to beside the complaint's row, in the step's transaction. */
export async function applyEffects(
  db: Db,
  row: ProcessRow,
  effects: Effect[],
  channelOf: ChannelOf,
  around: { now: number; actor: string },
): Promise<void> {
  const notices = effects.filter((effect) => effect.do === 'notify');
  if (notices.length > 0) {
    await db.query({
      name: 'enqueue-notices',
      text: `insert into outbox (kind, complaint_id, payload)
        select 'notice', $1, p::jsonb from unnest($2::text[]) p`,
      values: [row.id, notices.map((notice) => JSON.stringify({ ...notice, do: undefined }))],
    });
  }
  for (const effect of effects) {
    await applyEffect(db, row, effect, channelOf, around);
  }
}

async function applyEffect(
  db: Db,
  row: ProcessRow,
  effect: Effect,
  channelOf: ChannelOf,
  { now, actor }: { now: number; actor: string },
): Promise<void> {
  switch (effect.do) {
    case 'notify':
      return;
    case 'setReply':
      await db.query({
        name: 'set-reply',
        text: `update replies set state = $2, approved_at = case when $2 = 'approved' then $3 else approved_at end,
            approved_by = case when $2 = 'approved' then $4 else approved_by end where id = $1`,
        values: [effect.replyId, effect.state, new Date(now), actor],
      });
      return;
    case 'publish':
      await addPublications(db, row, effect.replyId, effect.final, channelOf);
      return;
    case 'retryPublications':
      await db.query(
        `update publications set state = 'pending' where reply_id = $1 and state = 'blocked'`,
        [effect.replyId],
      );
      return;
    case 'waive':
      await db.query(
        `update publications set state = 'waived' where id = $1 and state <> 'published'
           and reply_id = $2`,
        [effect.publicationId, row.process.finalReplyId],
      );
      await db.query(
        `update tasks set state = 'done', done_by = $3, updated_at = $4
        where kind = 'publication_blocked' and subject = $1 and complaint_id = $2`,
        [effect.publicationId, row.id, actor, new Date(now)],
      );
      return;
    case 'decideExtension':
      await db.query(
        'update extensions set state = $2, decided_by = $3, decided_at = $4 where id = $1',
        [effect.extensionId, effect.state, actor, new Date(now)],
      );
      return;
    case 'task':
      await openTask(db, row.id, effect, now);
  }
}

/**
 * A row a destination: the complaint's own thread and, for a final reply, the threads of the
 * complaints merged into it, also by way of another one. What is not final is published by a short workflow of its own.
 */
async function addPublications(
  db: Db,
  row: ProcessRow,
  replyId: string,
  final: boolean,
  channelOf: ChannelOf,
): Promise<void> {
  const destinations = [{ id: row.id, source: row.source }];
  if (final) {
    const merged = await db.query<{ id: string; source: string }>({
      name: 'merged-complaints',
      text: `with recursive merged as (
          select id, source from complaints where merged_into = $1 and closure_reason = 'duplicate'
          union
          select c.id, c.source from complaints c join merged m on c.merged_into = m.id
          where c.closure_reason = 'duplicate')
        select id, source from merged where id <> $1`,
      values: [row.id],
    });
    destinations.push(...merged.rows);
  }
  await db.query({
    name: 'add-publications',
    text: `insert into publications (id, reply_id, revision, complaint_id, channel)
      select d.id, r.id, r.revision, d.complaint_id, d.channel
      from replies r, unnest($2::uuid[], $3::uuid[], $4::text[]) as d (id, complaint_id, channel)
      where r.id = $1
      on conflict (reply_id, revision, complaint_id, channel) do nothing`,
    values: [
      replyId,
      destinations.map(() => uuid()),
      destinations.map((d) => d.id),
      destinations.map((d) => channelOf(d.source)),
    ],
  });
  if (!final) {
    await db.query({
      name: 'enqueue-publication',
      text: `insert into outbox (kind, complaint_id, payload)
        select 'publication', $1, jsonb_build_object('replyId', id, 'revision', revision) from replies where id = $2`,
      values: [row.id, replyId],
    });
  }
}
