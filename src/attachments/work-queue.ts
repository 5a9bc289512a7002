import { unavailable } from '../errors.js';

export interface QueueLimits {
  /** So many works run at once. */
  atOnce: number;
  /** So many more may wait. */
  waitingMax: number;
  /** For so long, machine time. */
  waitMaxMs: number;
}

/** Lets a few works run at once and a few more wait: what comes on top is told to come again. */
export class WorkQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly what: string,
    private readonly limits: QueueLimits,
  ) {}

  /** @throws AppError `unavailable` when too many wait already, or this one has waited too long. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.limits.atOnce) {
      await this.#turn();
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      // Who waits takes the place over, so that nobody comes between.
      const next = this.#waiting.shift();
      if (next) {
        next();
      } else {
        this.#running -= 1;
      }
    }
  }

  #turn(): Promise<void> {
    const { waitingMax, waitMaxMs } = this.limits;
    if (this.#waiting.length >= waitingMax) {
      throw unavailable(this.what);
    }
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(limit);
        resolve();
      };
      const limit = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(unavailable(this.what));
      }, waitMaxMs);
      this.#waiting.push(go);
    });
  }
}
