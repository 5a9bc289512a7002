#!/usr/bin/env node
import { Command } from 'commander';
import { ConfigError } from '../config.js';
import { registerAudit } from './audit.js';
import { registerDemo } from './demo.js';
import { registerGen } from './gen.js';
import { registerMigrate } from './migrate.js';
import { registerProcesses } from './processes.js';
import { registerRebuild } from './rebuild.js';
import { registerRegion } from './region.js';
import { registerUp } from './up.js';

const program = new Command('otklik').description(
  'The complaint desk of a regional management centre.',
);

registerUp(program);
registerDemo(program);
registerProcesses(program);
registerMigrate(program);
registerRegion(program);
registerRebuild(program);
registerAudit(program);
registerGen(program);

try {
  await program.parseAsync();
} catch (error) {
  // A mistake of the environment or of a region file is told in words, without a stack.
  const isTold =
    error instanceof ConfigError || (error instanceof Error && error.name === 'RegionFileError');
  process.stderr.write(
    `${isTold ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
