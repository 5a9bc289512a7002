import type { Problems } from './problems.js';
import { isSignedBy, NO_ROOT, packHeads, rootHash, type RootRecord } from './root-record.js';

/** Follows the roots of one place (the database or the files): numbers, chain and signatures. */
export class RootChainCheck {
  /** The number of the last root seen. */
  n = 0;
  unsigned = 0;
  private root: Buffer | null = NO_ROOT;
  private hasSigned = false;

  constructor(
    private readonly where: 'database' | 'files',
    private readonly auditKey: string | null,
    private readonly problems: Problems,
  ) {}

  /** @returns whether its heads are what its root was made over. */
  next(record: RootRecord, place = ''): boolean {
    const { n, previous, root } = record;
    const at = place === '' ? `in the ${this.where}` : `in ${place}`;
    if (n <= this.n) {
      const detail = `${at}: out of order after root ${this.n}`;
      this.problems.add({ kind: 'root_altered', seq: n, detail });
      return false;
    }
    this.removedBefore(n);
    const isWhole = rootHash(previous, packHeads(record.heads)).equals(root);
    const follows = this.root === null || this.root.equals(previous);
    if (!isWhole || !follows) {
      const detail = isWhole
        ? `${at}: does not follow from the root before; one of the two was rewritten`
        : `${at}: its heads or its hash were edited`;
      this.problems.add({ kind: 'root_altered', seq: n, detail });
    }
    this.checkSignature(record, at);
    this.n = n;
    this.root = isWhole ? root : null;
    return isWhole;
  }

  /** A line that is no root stands where one was. */
  unreadable(place: string): void {
    const detail = `in ${place}: not a root: the line was edited, or a crash cut it and no worker ran since`;
    this.n += 1;
    this.root = null;
    this.problems.add({ kind: 'root_altered', seq: this.n, detail });
  }

  /** Tells that the roots from the last one seen to `n` - 1 are missing here. */
  removedBefore(n: number): void {
    const from = this.n + 1;
    if (from < n) {
      const which = from === n - 1 ? `root ${from} is` : `roots ${from} to ${n - 1} are`;
      const detail = `${which} missing in the ${this.where}`;
      this.problems.add({ kind: 'root_removed', seq: from, detail });
      this.root = null;
      this.n = n - 1;
    }
  }

  private checkSignature(record: RootRecord, at: string): void {
    if (record.signature === null) {
      this.unsigned += 1;
      if (this.hasSigned) {
        const detail = `${at}: has no signature, though earlier roots have one`;
        this.problems.add({ kind: 'root_signature', seq: record.n, detail });
      }
      return;
    }
    this.hasSigned = true;
    if (this.auditKey !== null && !isSignedBy(this.auditKey, record)) {
      const detail = `${at}: the signature is not of this root under this OTKLIK_AUDIT_KEY`;
      this.problems.add({ kind: 'root_signature', seq: record.n, detail });
    }
  }
}
