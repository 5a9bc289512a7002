/** What can be wrong with the evidence. */
export type ProblemKind =
  | 'event_altered'
  | 'event_removed'
  | 'event_inserted'
  | 'head_differs'
  | 'history_rewritten'
  | 'complaint_deleted'
  | 'text_altered'
  | 'text_removed'
  | 'text_swapped'
  | 'attachment_altered'
  | 'attachment_removed'
  | 'root_altered'
  | 'root_removed'
  | 'root_signature';

export interface Problem {
  kind: ProblemKind;
  /** The complaint's number, while its row exists. */
  number?: string;
  complaintId?: string;
  /** The event's seq; for a root its number. */
  seq?: number;
  /** Plain English, no citizen's words. */
  detail: string;
}

/** Found problems are kept up to this many; the rest are only counted. */
const KEPT_MAX = 1_000;

/** Collects problems in bounded memory. */
export class Problems {
  readonly list: Problem[] = [];
  count = 0;
  private readonly seen = new Set<string>();

  add(problem: Problem): void {
    this.count += 1;
    if (this.list.length < KEPT_MAX) {
      this.list.push(problem);
    }
  }

  /** Adds a problem unless the same kind was told of the same complaint: one deleted complaint is one problem. */
  addOnce(problem: Problem & { complaintId: string }): void {
    const key = `${problem.kind} ${problem.complaintId}`;
    if (!this.seen.has(key)) {
      if (this.seen.size < KEPT_MAX) {
        this.seen.add(key);
      }
      this.add(problem);
    }
  }
}
