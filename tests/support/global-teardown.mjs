/** Closes the guard's pipe and waits until it has stopped the servers. */
export default async function tearDown() {
  const guard = globalThis.otklikTestGuard;
  if (guard && guard.exitCode === null) {
    guard.ref();
    const ended = new Promise((resolve) => guard.once('exit', resolve));
    guard.stdin.end();
    await ended;
  }
}
