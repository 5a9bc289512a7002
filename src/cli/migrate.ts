import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { readConfig } from '../config.js';
import { ensureFirstKey } from '../db/first-key.js';
import { migrate } from '../db/migrate.js';
import { openPool } from '../db/pool.js';
import { loadRegion } from '../db/region-load.js';
import { loadedRegionCode } from '../db/region-store.js';
import { readAnchor } from '../db/settings.js';
import { findRegionDir } from '../region/find-region-dir.js';
import { readRegion } from '../region/read-region.js';
import { databaseUrl } from './database-url.js';

/** `otklik migrate`: schema, roles, region, clock anchor, first admin key. */
export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to this version: schema, roles, region, first admin key')
    .option('--first-key-file <path>', 'write the first admin key there instead of printing it')
    .action(async (options: { firstKeyFile?: string }) => {
      const config = readConfig();
      // Read before anything is written: a broken region file changes nothing.
      const region = await readRegion(findRegionDir(config.OTKLIK_REGION));
      const url = databaseUrl(config);
      const applied = await migrate(url);
      const pool = openPool(url, null, 2);
      try {
        await readAnchor(pool, config);
        // A start that forgot to name the region must not turn its desk into another region's.
        const there = await loadedRegionCode(pool);
        const stays = there !== null && there !== region.code && !config.isRegionNamed;
        // A start must not fail for an agency that is gone from the files and still has work to finish.
        const { changed, kept } = stays
          ? { changed: 0, kept: [] }
          : await loadRegion(pool, region, { keepBusy: true });
        const key = await ensureFirstKey(pool, config.OTKLIK_ADMIN_KEY);
        console.log(
          `migrations applied: ${applied.length}; ` +
            (stays
              ? `region ${there} stays as it is: OTKLIK_REGION is not set`
              : `region ${region.code}: ${changed} items changed`),
        );
        if (kept.length > 0) {
          console.log(
            `agencies gone from the files that stay while they hold open complaints: ${kept.join(', ')}`,
          );
        }
        if (key !== null && options.firstKeyFile !== undefined) {
          await writeFile(options.firstKeyFile, key, { mode: 0o600 });
        } else if (key !== null) {
          console.log(`first admin key (shown once): ${key}`);
        }
      } finally {
        await pool.end();
      }
    });
}
