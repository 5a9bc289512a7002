import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RegionFileError } from './region-file-error.js';

/**
 * The folder that `OTKLIK_REGION` means: a path to a folder, or the name of one under `regions/` of
 * the project. A path wins when both exist.
 * @throws RegionFileError when there is neither, naming the regions that ship.
 */
export function findRegionDir(nameOrFolder: string): string {
  const folder = resolve(nameOrFolder);
  if (existsSync(join(folder, 'region.yaml'))) return folder;
  const shipped = regionsDir();
  const named = join(shipped, nameOrFolder);
  if (/^[\w-]+$/.test(nameOrFolder) && existsSync(join(named, 'region.yaml'))) return named;
  const names = readdirSync(shipped, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const reason = `no region "${nameOrFolder}": give a folder with a region.yaml, or one of ${names.join(', ')}`;
  throw new RegionFileError(folder, [{ file: 'region.yaml', line: 1, reason }]);
}

/** `regions/` beside the project's package.json, from the sources as from the compiled files. */
function regionsDir(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json')) && dirname(dir) !== dir) dir = dirname(dir);
  return join(dir, 'regions');
}
