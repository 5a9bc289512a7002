/** Calls `stop` once at the first SIGTERM or SIGINT, or when the parent that holds our IPC channel is gone. */
export function whenAskedToStop(stop: () => void): void {
  let asked = false;
  const once = (): void => {
    if (!asked) {
      asked = true;
      stop();
    }
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  process.on('disconnect', once);
}
