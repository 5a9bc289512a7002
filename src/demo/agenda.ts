interface Entry {
  at: number;
  run: () => Promise<void>;
}

export interface AgendaOptions {
  /** World time, epoch ms. */
  now: () => number;
  /** Machine ms until a world instant. */
  delayUntil: (at: number) => number;
  /** So many entries run at once at most; the others wait for their turn. */
  concurrency: number;
  /** Told of an entry that failed; the others go on. */
  onError: (error: unknown) => void;
}

/** Longest wait of one timer: Node's own limit is 2^31 ms. */
const WAIT_MAX_MS = 3_600_000;

/** What the demo's people have to do and when, in world time: one timer for the earliest, never a loop that looks. */
export class Agenda {
  readonly #entries: Entry[] = [];
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #idle: (() => void) | undefined;

  constructor(private readonly options: AgendaOptions) {}

  /** Has `run` called at a world instant, or as soon as there is room when it has passed. */
  at(at: number, run: () => Promise<void>): void {
    if (this.#stopped) {
      return;
    }
    const entry = { at, run };
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle]!;
      if (other.at <= at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
    this.#look();
  }

  /** How many entries wait. */
  get waiting(): number {
    return this.#entries.length;
  }

  /** Forgets what waits and settles when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#entries.length = 0;
    clearTimeout(this.#timer);
    if (this.#running > 0) {
      await new Promise<void>((resolve) => (this.#idle = resolve));
    }
  }

  #look(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#running < this.options.concurrency) {
      const next = this.#entries[0];
      if (next === undefined) {
        return;
      }
      if (next.at > this.options.now()) {
        const waitMs = Math.min(Math.max(1, this.options.delayUntil(next.at)), WAIT_MAX_MS);
        this.#timer = setTimeout(() => this.#look(), waitMs);
        return;
      }
      this.#entries.shift();
      void this.#run(next);
    }
  }

  async #run(entry: Entry): Promise<void> {
    this.#running += 1;
    try {
      await entry.run();
    } catch (error) {
      if (!this.#stopped) {
        this.options.onError(error);
      }
    } finally {
      this.#running -= 1;
      if (this.#running === 0) {
        this.#idle?.();
      }
      if (!this.#stopped) {
        this.#look();
      }
    }
  }
}
