import './node-version.mjs';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { digestOf, filesUnder } from './sources.mjs';
import { main, root, run, stage, StageFailed } from './stages.mjs';

const compiled = ['src', 'workflows', 'activities', 'bench'];
const configuration = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
// What the workflow bundle can reach by the import rules; a change elsewhere need not bundle again.
const bundled = ['workflows', 'src/domain', 'src/temporal', 'package-lock.json'];

const stampOf = async (name) => readFile(join(root, 'dist', name), 'utf8').catch(() => '');

async function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Only one build at a time writes to dist; a lock left by a killed build is taken over. */
async function withBuildLock(work) {
  const lock = join(root, 'dist', '.building');
  await mkdir(dirname(lock), { recursive: true });
  for (;;) {
    try {
      const file = await open(lock, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const holder = Number(await readFile(lock, 'utf8').catch(() => '0'));
      if (holder > 0 && !(await isAlive(holder))) {
        await rm(lock, { force: true });
      }
      await sleep(200);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** SQL, JSON and other files beside the code are read relative to it, so they go to dist as well. */
async function copyAssets() {
  for (const file of filesUnder('src').filter((path) => !/\.tsx?$/.test(path))) {
    const target = join(root, 'dist', relative(root, file));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(file, target);
  }
}

async function bundleWorkflows() {
  const entry = join(root, 'dist', 'workflows', 'index.js');
  if (!existsSync(entry)) {
    return;
  }
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const problems = [];
  const collect = (...args) => problems.push(args.map(String).join(' '));
  const silent = () => undefined;
  const logger = {
    log: silent,
    trace: silent,
    debug: silent,
    info: silent,
    warn: collect,
    error: collect,
  };
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger }).catch((error) => {
    throw new StageFailed(`${problems.join('\n')}\n${error.message}`);
  });
  // A worker that starts meanwhile must read the old bundle or the new one, never half of one.
  const target = join(root, 'dist', 'workflow-bundle.js');
  await writeFile(`${target}.new`, code);
  await rename(`${target}.new`, target);
}

/** Removes compiled files whose source is gone; a stale module would otherwise still be found. */
async function removeStale() {
  for (const file of compiled.flatMap((path) => filesUnder(join('dist', path)))) {
    const source = relative(join(root, 'dist'), file).replace(/\.js(\.map)?$/, '.ts');
    const isCompiled = /\.js(\.map)?$/.test(file);
    if (isCompiled && !existsSync(join(root, source))) {
      await rm(file, { force: true });
    }
  }
}

/** Compiles to dist/ and bundles the workflows, each only when its sources changed. Throws StageFailed. */
export async function ensureBuilt() {
  const isCompiled = async (digest) => digest === (await stampOf('.sources'));
  const isBundled = async (digest) => digest === (await stampOf('.bundle'));
  const sources = digestOf([...compiled, ...configuration]);
  const bundle = digestOf(bundled);
  if ((await isCompiled(sources)) && (await isBundled(bundle))) {
    return;
  }
  await withBuildLock(async () => {
    if (!(await isCompiled(sources))) {
      await stage('Compiling', async () => {
        await copyAssets();
        await run(process.execPath, [
          'node_modules/typescript/bin/tsc',
          '-p',
          'tsconfig.build.json',
        ]);
        await removeStale();
      });
      await writeFile(join(root, 'dist', '.sources'), sources);
    }
    if (!(await isBundled(bundle))) {
      await stage('Bundling workflows', bundleWorkflows);
      await writeFile(join(root, 'dist', '.bundle'), bundle);
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    await ensureInstalled();
    await ensureBuilt();
  });
}
