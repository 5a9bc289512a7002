import type { Command } from 'commander';
import { openPool } from '../db/pool.js';
import { readAnchor } from '../db/settings.js';
import { readOperatorConfig } from './operator-config.js';

/** `otklik rebuild NUMBER`: a new run from the row, after a reset or a restore. */
export function registerRebuild(program: Command): void {
  program
    .command('rebuild <number>')
    .description('give an open complaint a new workflow run, made from its row')
    .action(async (number: string) => {
      // Loaded only here: the Temporal client is half of what the other commands would load for nothing.
      const { rebuild } = await import('../../activities/sweep.js');
      const { openClient } = await import('../temporal/connect.js');
      const config = await readOperatorConfig();
      const pool = openPool(config.DATABASE_URL, 'otklik_worker', 2);
      const client = openClient(config);
      try {
        const { rows } = await pool.query<{
          id: string;
          number: string;
          run_no: number;
          status: string;
        }>('select id, number, run_no, status from complaints where number = $1', [number]);
        const row = rows[0];
        if (row === undefined || row.status === 'closed') {
          console.error(
            row === undefined ? `No complaint ${number}.` : `Complaint ${number} is closed.`,
          );
          process.exitCode = 1;
          return;
        }
        const clock = await readAnchor(pool, config);
        await rebuild({ client, clock, taskQueue: config.OTKLIK_TASK_QUEUE }, row);
        console.log(`Complaint ${number}: run ${row.run_no + 1} started.`);
      } finally {
        await client.connection.close();
        await pool.end();
      }
    });
}
