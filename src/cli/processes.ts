import type { Command } from 'commander';

/** `otklik api` and `otklik worker`: one part of the desk in the foreground, with external servers. */
export function registerProcesses(program: Command): void {
  program
    .command('api')
    .description('the HTTP API (needs DATABASE_URL and TEMPORAL_ADDRESS)')
    .action(async () => {
      // Loaded only here: the API needs none of the worker's native parts.
      const { runApi } = await import('./run-api.js');
      await runApi();
    });
  program
    .command('worker')
    .description(
      'the Temporal worker and the outbox relay (needs DATABASE_URL and TEMPORAL_ADDRESS)',
    )
    .action(async () => {
      const { runWorker } = await import('./run-worker.js');
      await runWorker();
    });
}
