import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { projectRoot } from '../project-root.js';
import { REGION_FILES } from '../contract/region-files.js';
import { didYouMean } from './nearest.js';
import { RegionFileError } from './region-file-error.js';

/**
 * The folder that `OTKLIK_REGION` means: a path to a folder, or the name of one under `regions/` of
 * the project. A path wins when both exist.
 * @throws RegionFileError when there is neither, naming the regions that ship and what is spelt most alike.
 */
export function findRegionDir(nameOrFolder: string): string {
  const folder = resolve(nameOrFolder);
  if (isRegion(folder)) return folder;
  const shipped = regionsDir();
  const named = join(shipped, nameOrFolder);
  if (/^[\w-]+$/.test(nameOrFolder) && isRegion(named)) return named;
  const names = regionsIn(shipped);
  const beside = regionsIn(dirname(folder));
  const reason = `no region "${nameOrFolder}"${didYouMean(basename(folder), [...beside, ...names])}: give a folder with a region.yaml, or one of ${names.join(', ')}`;
  throw new RegionFileError(folder, [{ file: 'region.yaml', line: 1, reason }]);
}

/** A folder in which any file of a region lies is meant as one; what is missing is told by reading it. */
function isRegion(folder: string): boolean {
  return Object.keys(REGION_FILES).some((file) => existsSync(join(folder, file)));
}

function regionsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isRegion(join(folder, entry.name)))
    .map(({ name }) => name);
}

/** `regions/` beside the project's package.json. */
export const regionsDir = (): string => join(projectRoot(), 'regions');
