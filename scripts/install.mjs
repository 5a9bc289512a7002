import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run, stage } from './stages.mjs';

const readLock = async (path) => {
  try {
    return JSON.parse(await readFile(join(root, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
};

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes its own lockfile into node_modules when an
 * installation has ended well, so that file is the marker; optional packages of other platforms may be absent.
 */
async function isInstalled() {
  const [wanted, present] = await Promise.all([
    readLock('package-lock.json'),
    readLock('node_modules/.package-lock.json'),
  ]);
  if (!wanted || !present) {
    return false;
  }
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      (present[path] ? present[path].version === entry.version : entry.optional === true),
  );
}

/** Installs the packages of the lockfile when node_modules does not hold them yet. */
export async function ensureInstalled() {
  if (!(await isInstalled())) {
    await stage('Installing packages', () => run('npm', ['ci']));
  }
}
