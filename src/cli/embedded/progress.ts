const QUIET_MS = 1000;
const LINE_EVERY_MS = 10_000;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows a stage that takes longer than a second: a turning mark in a terminal, plain lines elsewhere. */
export async function showProgress<T>(label: () => string, work: Promise<T>): Promise<T> {
  const startedMs = Date.now();
  const terminal = process.stdout.isTTY;
  const elapsed = () => `${((Date.now() - startedMs) / 1000).toFixed(0)} s`;
  let frame = 0;
  const tick = () => {
    frame += 1;
    process.stdout.write(
      terminal
        ? `\r\x1b[K${FRAMES[frame % FRAMES.length]} ${label()} … ${elapsed()}`
        : `${label()} … ${elapsed()}\n`,
    );
  };
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    tick();
    repeat = setInterval(tick, terminal ? 100 : LINE_EVERY_MS);
  }, QUIET_MS);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(repeat);
    if (terminal && frame > 0) {
      process.stdout.write('\r\x1b[K');
    }
  }
}
