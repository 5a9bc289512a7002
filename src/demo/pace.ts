/** Spreads calls over the machine's time: each takes the next free turn. */
export class Pace {
  #nextMs = 0;

  constructor(
    private readonly perMinute: number,
    private readonly machineNow: () => number = Date.now,
  ) {}

  /** @returns machine ms until this call's turn; it has to wait for it by itself. */
  take(): number {
    const now = this.machineNow();
    const turnMs = Math.max(now, this.#nextMs);
    this.#nextMs = turnMs + 60_000 / this.perMinute;
    return turnMs - now;
  }
}
