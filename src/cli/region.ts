import type { Command } from 'commander';
import { checkLoadedRegion } from '../api/resources/region-check.js';
import { ConfigError, readConfig } from '../config.js';
import { openPool } from '../db/pool.js';
import { loadRegion, type LoadOptions, type RegionLoad } from '../db/region-load.js';
import { loadedRegionCode } from '../db/region-store.js';
import type { Region } from '../domain/region.js';
import { findRegionDir } from '../region/find-region-dir.js';
import { reportOn } from '../region/hints.js';
import { makeRegion } from '../region/make-region.js';
import { readRegion } from '../region/read-region.js';
import { RegionFileError } from '../region/region-file-error.js';
import { readOperatorConfig } from './operator-config.js';
import { loadText, reportText } from './region-text.js';

interface Json {
  json?: boolean;
}

/** `otklik region check | diff | load | new`. */
export function registerRegion(program: Command): void {
  const region = program.command('region').description("a region's data files");
  region
    .command('check [region]')
    .description('read a region (a name or a folder), prove its routing, and say what is wrong')
    .option('--json', 'figures, hints and mistakes as JSON')
    .action(async (name: string | undefined, { json = false }: Json) => {
      const read = await readOrTell(name ?? readConfig().OTKLIK_REGION, json);
      if (read === undefined) return;
      const report = reportOn(read, Date.now());
      console.log(
        json
          ? asJson({ region: read.code, problems: [], ...report })
          : reportText(read.code, report),
      );
    });
  region
    .command('diff [region]')
    .description('say what loading a region would change, and which open complaints it touches')
    .option('--json', 'the same as JSON')
    .action(async (name: string | undefined, { json = false }: Json) => {
      const found = await loadFrom(name, json, { dryRun: true });
      if (found === undefined) return;
      console.log(
        json
          ? asJson({ region: found.code, ...found.load })
          : loadText(found.code, found.load, true),
      );
    });
  region
    .command('load [region]')
    .description(
      'load a region into the database; items edited through the API stay until their file changes',
    )
    .option(
      '--keep-busy',
      'let agencies that are gone from the files stay while they hold open complaints',
    )
    .option('--json', 'what was changed as JSON')
    .action(
      async (
        name: string | undefined,
        { json = false, keepBusy = false }: Json & { keepBusy?: boolean },
      ) => {
        const found = await loadFrom(name, json, { keepBusy });
        if (found === undefined) return;
        console.log(
          json
            ? asJson({ region: found.code, ...found.load })
            : loadText(found.code, found.load, false),
        );
      },
    );
  region
    .command('new <code>')
    .description(
      'write the commented files of a small region to begin with: see docs/your-region.md',
    )
    .option('--in <folder>', 'where its folder is made', '.')
    .option('--zone <zone>', 'its IANA time zone', 'Europe/Moscow')
    .option('--name <name>', 'its name in Russian')
    .action(async (code: string, options: { in: string; zone: string; name?: string }) => {
      const folder = await makeRegion({
        code,
        folder: options.in,
        zone: options.zone,
        name: options.name,
      });
      console.log(`${folder}\nNext: edit the files, then "otklik region check ${folder}".`);
    });
}

/** The region; undefined when it has mistakes, which are then told as JSON, with exit code 1. */
async function readOrTell(nameOrFolder: string, json: boolean): Promise<Region | undefined> {
  try {
    return await readRegion(findRegionDir(nameOrFolder));
  } catch (error) {
    if (!json || !(error instanceof RegionFileError)) throw error;
    console.log(asJson({ region: nameOrFolder, problems: error.problems }));
    process.exitCode = 1;
    return undefined;
  }
}

async function loadFrom(
  name: string | undefined,
  json: boolean,
  options: LoadOptions,
): Promise<{ code: string; load: RegionLoad } | undefined> {
  const config = await readOperatorConfig();
  const region = await readOrTell(name ?? config.OTKLIK_REGION, json);
  if (region === undefined) return undefined;
  const pool = openPool(config.DATABASE_URL, null, 2);
  try {
    const there = await loadedRegionCode(pool);
    if (name === undefined && !config.isRegionNamed && (there ?? region.code) !== region.code) {
      throw new ConfigError(
        `The desk is that of the region "${there}": name its folder, or set OTKLIK_REGION.`,
      );
    }
    const load = await loadRegion(pool, region, { ...options, check: checkLoadedRegion });
    return { code: region.code, load };
  } finally {
    await pool.end();
  }
}

const asJson = (value: object): string => JSON.stringify(value, null, 2);
