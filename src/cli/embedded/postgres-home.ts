import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { spawn } from 'node:child_process';
import { childEnvironment } from '../../process-environment.js';
import type { ServerAccount } from './postgres-account.js';
import { canReach, giveTo, serverAccount } from './postgres-account.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { copyPostgres, findPostgres } from './postgres-binaries.js';

/** Everything needed to run one cluster: which program, under whom, on which files, with which password. */
export interface PostgresHome {
  binaries: PostgresBinaries;
  account: ServerAccount | undefined;
  cluster: string;
  password: string;
}

const ROOT_BASE = '/var/lib/otklik';

/**
 * Where a cluster goes that belongs to `dataDir` but cannot lie in it. A file in `dataDir` names the place, so that a
 * fresh data directory never finds the files of a removed one; a copied one does not share those of its original.
 */
async function outsideHome(dataDir: string): Promise<string> {
  const file = join(dataDir, 'postgres-place.json');
  const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<Place>;
  if (kept.dataDir === dataDir && kept.folder) {
    return kept.folder;
  }
  const folder = join(ROOT_BASE, randomBytes(6).toString('hex'));
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify({ dataDir, folder } satisfies Place));
  return folder;
}

/** Deletes the cluster of a data directory where it does not lie in it. Its server must have ended. */
export async function removeCluster(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postgres-place.json');
  const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<Place>;
  if (
    kept.dataDir === resolve(dataDir) &&
    kept.folder &&
    dirname(resolve(kept.folder)) === ROOT_BASE
  ) {
    await rm(kept.folder, { recursive: true, force: true });
  }
}

interface Place {
  dataDir: string;
  folder: string;
}

/**
 * Prepares the cluster of `dataDir`: makes it on the first start and leaves it alone later. When we are root and our
 * folder is closed to the server's account, binaries and cluster go under /var/lib/otklik, and `log` says so.
 * Not `durable`: made without waiting for the disk, for tests.
 * @throws Error when the cluster was made by another major version.
 */
export async function preparePostgres(
  givenDir: string,
  log: (line: string) => void,
  durable = true,
): Promise<PostgresHome> {
  const dataDir = resolve(givenDir);
  const account = await serverAccount();
  let binaries = await findPostgres();
  await mkdir(dataDir, { recursive: true });
  let cluster = join(dataDir, 'postgres');
  if (account && !(canReach(account, dataDir) && canReach(account, binaries.folder))) {
    binaries = await copyPostgres(binaries, ROOT_BASE);
    cluster = join(await outsideHome(dataDir), 'postgres');
    log(
      `PostgreSQL cannot run as root, and its account may not enter ${dataDir}: its files are in ${cluster}`,
    );
  }
  const password = await keepPassword(join(dataDir, 'postgres-password'), cluster);
  const home = { binaries, account, cluster, password };
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    await checkVersion(home);
    if (account) {
      await giveTo(account, cluster);
    }
  } else {
    await makeCluster(home, durable);
  }
  return home;
}

async function keepPassword(file: string, cluster: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept) {
    return kept.trim();
  }
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    throw new Error(
      `${file} is missing: it holds the password of the database in ${cluster}. Put it back, or move that folder away to begin anew.`,
    );
  }
  const password = randomBytes(18).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function checkVersion({ binaries, cluster }: PostgresHome): Promise<void> {
  const made = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  const ours = binaries.version.split('.')[0];
  if (made !== ours) {
    throw new Error(
      `${cluster} was made by PostgreSQL ${made}, and this is ${ours}, which does not read it. Move the data over with pg_dump of version ${made}, or set DATABASE_URL.`,
    );
  }
}

/**
 * The cluster is made beside its place and moved there when complete, so that a start that is cut off leaves nothing
 * half-made. The builtin provider gives lower() and upper() for Cyrillic without relying on the machine's locales;
 * LC_CTYPE is what the text-search parser asks which characters are letters, so it must be a UTF-8 one.
 */
async function makeCluster(
  { binaries, account, cluster, password }: PostgresHome,
  durable: boolean,
): Promise<void> {
  const partial = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  const failures: string[] = [];
  for (const characters of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) {
      await giveTo(account, partial);
      await chown(passwordFile, account.uid, account.gid);
    }
    const result = await runInitdb(binaries.initdb, account, [
      `--pgdata=${partial}`,
      `--pwfile=${passwordFile}`,
      '--username=otklik',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${characters}`,
      ...(durable ? [] : ['--no-sync']),
    ]).finally(() => rm(passwordFile, { force: true }));
    if (result.code === 0) {
      await chmod(partial, 0o700);
      await rename(partial, cluster);
      return;
    }
    failures.push(result.output);
  }
  throw new Error(`The database could not be made:\n${failures.at(-1) ?? ''}`);
}

function runInitdb(
  program: string,
  account: ServerAccount | undefined,
  args: string[],
): Promise<{ code: number | null; output: string }> {
  return new Promise((settle, reject) => {
    const child = spawn(program, args, {
      ...account,
      cwd: '/',
      env: childEnvironment({ LC_ALL: undefined, LC_MESSAGES: 'C' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => settle({ code, output }));
  });
}
