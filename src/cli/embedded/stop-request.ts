/** A terminal's Ctrl-C reaches us twice, from the terminal and from our launcher: within this time it is one. */
const ONE_REQUEST_MS = 1500;

/**
 * Calls `handle` on Ctrl-C, SIGTERM, SIGHUP and when the launcher that holds a channel to us is gone; `again` is true
 * for a second, later request. Settles at the first one.
 */
export function onStopRequest(handle: (again: boolean) => void): Promise<void> {
  return new Promise((resolve) => {
    // The children are not waited for, so nothing else keeps this process alive.
    const alive = setInterval(() => undefined, 60_000);
    let firstMs: number | undefined;
    const request = () => {
      const nowMs = Date.now();
      if (firstMs === undefined) {
        firstMs = nowMs;
        clearInterval(alive);
        handle(false);
        resolve();
      } else if (nowMs - firstMs > ONE_REQUEST_MS) {
        handle(true);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, request);
    }
    process.once('disconnect', request);
  });
}
