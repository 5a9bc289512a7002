#!/usr/bin/env node
import './node-version.mjs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './stages.mjs';

// A container has dist/ but no sources and no compiler: there is nothing to build there.
if (!process.env.OTKLIK_NO_BUILD) {
  const { ensureInstalled } = await import('./install.mjs');
  const { ensureBuilt } = await import('./build.mjs');
  try {
    await ensureInstalled();
    await ensureBuilt();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
await import(pathToFileURL(join(root, 'dist', 'src', 'cli', 'main.js')).href);
