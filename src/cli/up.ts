import type { Command } from 'commander';

/** `otklik up`: everything on one machine, in the foreground: servers, schema, region, worker, API. */
export function registerUp(program: Command): void {
  program
    .command('up')
    .description('start PostgreSQL, Temporal, worker and API here, and stop all of it on Ctrl-C')
    .action(async () => {
      // Loaded only here: the other commands need neither the servers nor what finds them.
      const { runUp } = await import('./embedded/run-up.js');
      process.exitCode = await runUp();
    });
}
