import { v7 as uuid } from 'uuid';
import type { ResourceDesk, SeededComplaint } from './resource-desk.js';

/** A complaint with what belongs to it, written by SQL as a test wants it. */
export interface SeededCase extends SeededComplaint {
  replies?: {
    kind?: string;
    outcome?: string | null;
    text: string;
    publishedAt: Date;
    signatory?: string;
  }[];
  rating?: { rating: number | null; solved: boolean | null; comment: string | null; at: Date };
}

export async function seedCase(
  desk: ResourceDesk,
  { replies = [], rating, ...complaint }: SeededCase,
): Promise<{ id: string; number: string }> {
  const made = await desk.seed(complaint);
  const textOf = async (kind: string, body: string): Promise<string> => {
    const id = uuid();
    await desk.owner.query(
      `insert into texts (id, complaint_id, kind, key, body) values ($1, $2, $3, '\\x00', $4)`,
      [id, made.id, kind, body],
    );
    return id;
  };
  let last = '';
  for (const {
    kind = 'final',
    outcome = null,
    text,
    publishedAt,
    signatory = 'agency',
  } of replies) {
    last = uuid();
    await desk.owner.query(
      `insert into replies (id, complaint_id, kind, outcome, signatory, state, text_id, text_digest, actor,
         created_at, approved_at, published_at) values ($1, $2, $3, $4, $5, 'published', $6, '\\x00', 'system', $7, $7, $7)`,
      [last, made.id, kind, outcome, signatory, await textOf('reply', text), publishedAt],
    );
  }
  if (rating !== undefined) {
    await desk.owner.query(
      `insert into ratings (id, complaint_id, reply_id, run_no, solved, rating, comment_id, created_at)
       values ($1, $2, $3, 1, $4, $5, $6, $7)`,
      [
        uuid(),
        made.id,
        last,
        rating.solved,
        rating.rating,
        rating.comment === null ? null : await textOf('comment', rating.comment),
        rating.at,
      ],
    );
  }
  return made;
}

/** Many complaints with long texts, by one statement; found again by their campaign. */
export async function seedMany(
  desk: ResourceDesk,
  campaign: string,
  count: number,
  words: number,
): Promise<void> {
  await desk.owner.query(
    `with c as (
       insert into complaints (id, number, source, text_id, received_at, origin, visibility, track_token,
         created_by, event_hash, campaign)
       select gen_random_uuid(), '2025-' || lpad((700000 + nextval('complaint_numbers'))::text, 6, '0'), 'web',
         gen_random_uuid(), timestamptz '2025-03-01' + n * interval '1 s', 'elsewhere', 'private',
         $1 || n, 'system', '\\x00', $1 from generate_series(1, $2) n
       returning id, text_id)
     insert into texts (id, complaint_id, kind, key, body)
     select text_id, id, 'note', '\\x00', repeat('Яма на дороге. ', $3) from c`,
    [campaign, count, words],
  );
}
