import type { Command } from 'commander';
import { readConfig } from '../config.js';
import { openPool } from '../db/pool.js';
import { loadRegion } from '../db/region-store.js';
import { findRegionDir } from '../region/find-region-dir.js';
import { readRegion } from '../region/read-region.js';
import { readOperatorConfig } from './operator-config.js';

/** `otklik region check | load`. */
export function registerRegion(program: Command): void {
  const region = program.command('region').description("a region's data files");
  region
    .command('check [region]')
    .description('read a region (a name or a folder) and say what is wrong with it')
    .action(async (name?: string) => {
      const read = await readRegion(findRegionDir(name ?? readConfig().OTKLIK_REGION));
      console.log(
        `${read.code}: ${read.municipalities.length} municipalities, ${read.agencies.length} agencies, ` +
          `${read.topics.length} topics, ${read.routingRules.length} routing rules. No mistakes found.`,
      );
    });
  region
    .command('load [region]')
    .description(
      'load a region into the database; items edited through the API stay until their file changes',
    )
    .action(async (name?: string) => {
      const config = await readOperatorConfig();
      const read = await readRegion(findRegionDir(name ?? config.OTKLIK_REGION));
      const pool = openPool(config.DATABASE_URL, null, 2);
      try {
        const { changed } = await loadRegion(pool, read);
        console.log(`${read.code}: ${changed} items changed.`);
      } finally {
        await pool.end();
      }
    });
}
