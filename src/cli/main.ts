#!/usr/bin/env node
import { Command } from 'commander';
import { ConfigError } from '../config.js';
import { registerAudit } from './audit.js';
import { registerErase } from './erase.js';
import { registerDoctor } from './doctor.js';
import { registerExport } from './export.js';
import { registerImport } from './import.js';
import { registerDemo } from './demo.js';
import { registerGen } from './gen.js';
import { registerMigrate } from './migrate.js';
import { registerProcesses } from './processes.js';
import { registerRebuild } from './rebuild.js';
import { registerRegion } from './region.js';
import { registerUp } from './up.js';
import { VERSION } from './version.js';

const program = new Command('otklik')
  .description('The complaint desk of a regional management centre.')
  .version(VERSION);

registerUp(program);
registerDemo(program);
registerProcesses(program);
registerMigrate(program);
registerRegion(program);
registerRebuild(program);
registerAudit(program);
registerErase(program);
registerDoctor(program);
registerImport(program);
registerExport(program);
registerGen(program);

/** Mistakes of the environment, or of a file that was given: told in words, without a stack. */
const TOLD = ['RegionFileError', 'RegionLoadError', 'MappingError', 'TableFileError'];

try {
  await program.parseAsync();
} catch (error) {
  const isTold =
    error instanceof ConfigError || (error instanceof Error && TOLD.includes(error.name));
  process.stderr.write(
    `${isTold ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
