import type { Db } from './pool.js';

/** @returns false when this run of the complaint has been rated. `at`: world time, epoch ms. */
export async function insertRating(
  db: Db,
  rating: {
    id: string;
    complaintId: string;
    replyId: string;
    runNo: number;
    solved: boolean | null;
    rating: number | null;
    commentId: string | null;
    at: number;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into ratings (id, complaint_id, reply_id, run_no, solved, rating, comment_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (complaint_id, run_no) do nothing`,
    [
      rating.id,
      rating.complaintId,
      rating.replyId,
      rating.runNo,
      rating.solved,
      rating.rating,
      rating.commentId,
      new Date(rating.at),
    ],
  );
  return rowCount === 1;
}
