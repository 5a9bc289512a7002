import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `/readyz` answers 200.
 * @throws Error with the last answer past the limit, or with what `failure` says once it says something.
 */
export async function waitUntilReady(
  url: string,
  limitMs: number,
  signal: AbortSignal,
  failure: () => Promise<string | undefined>,
): Promise<void> {
  const untilMs = Date.now() + limitMs;
  let last = 'no answer';
  for (;;) {
    signal.throwIfAborted();
    const problem = await failure();
    if (problem) {
      throw new Error(problem);
    }
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) });
      if (answer.ok) {
        return;
      }
      last = `${answer.status} ${(await answer.text()).slice(0, 500)}`;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > untilMs) {
      throw new Error(`The desk is not ready after ${limitMs / 1000} s: ${last}`);
    }
    await sleep(100);
  }
}
