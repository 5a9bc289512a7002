import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { carryOutNext } from './carry-out.js';
import { removeOrphans } from './import-files.js';
import type { ImportDeps } from './run-import.js';

const IDLE_MS = 1_000;
const WAIT_MS = 5_000;

/**
 * Carries out imports that came in by the API, one at a time, in the worker's process. An import is leased: when this
 * process dies, another goes on from the last batch.
 */
export class ImportRunner {
  private running: Promise<void> | undefined;
  private isStopping = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly deps: ImportDeps,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Finishes the batch under way; the rest is taken up at the next start. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    await removeOrphans(this.deps.pool, this.deps.folder).catch((error: unknown) => {
      this.log.warn({ err: kindOf(error) }, 'old import files could not be removed');
    });
    while (!this.isStopping) {
      await this.pause(await this.one());
    }
  }

  /** @returns how long to wait before the next look, ms. */
  private async one(): Promise<number> {
    const { deps, log } = this;
    try {
      const carried = await carryOutNext(deps, {
        pathOf: (row) => join(deps.folder, row.id),
        isStopping: () => this.isStopping,
        unexpected: (error, row) => {
          log.error({ importId: row.id, err: kindOf(error) }, 'an import failed');
        },
      });
      if (carried === null) return IDLE_MS;
      const { row, end } = carried;
      log.info({ importId: row.id, end }, 'import');
      if (end === 'done' || end === 'failed') {
        await rm(join(deps.folder, row.id), { force: true });
      }
      return end === 'waiting' ? WAIT_MS : 0;
    } catch (error) {
      log.warn({ err: kindOf(error) }, 'the imports could not be looked at');
      return WAIT_MS;
    }
  }

  private async pause(ms: number): Promise<void> {
    if (ms === 0 || this.isStopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A message may quote a row: of an error only its kind and place are logged. */
function kindOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error };
  const { code } = error as NodeJS.ErrnoException;
  return { kind: error.name, code, stack: error.stack?.split('\n').slice(1) };
}
