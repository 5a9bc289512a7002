import { spawnSync } from 'node:child_process';
import { chown, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The account a PostgreSQL server runs under, when that is not our own. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

async function accountNamed(name: string): Promise<ServerAccount | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':');
  return fields && { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/**
 * PostgreSQL refuses to run as root, so root starts it under `postgres` (made when missing), else `nobody`. Undefined
 * for every other user: the server then simply runs as them.
 */
export async function serverAccount(): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const existing = await accountNamed('postgres');
  if (existing) {
    return existing;
  }
  spawnSync('groupadd', ['--system', 'postgres'], { stdio: 'ignore' });
  const made = spawnSync('useradd', ['--system', '-g', 'postgres', '-M', 'postgres'], {
    stdio: 'ignore',
  });
  const account = (made.status === 0 && (await accountNamed('postgres'))) || undefined;
  const found = account ?? (await accountNamed('nobody'));
  if (!found) {
    throw new Error(
      'PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it under. Add one (useradd postgres), run as another user, or set DATABASE_URL.',
    );
  }
  return found;
}

/** Whether the account may enter the folder; a home of root, for one, is closed to others. */
export function canReach(account: ServerAccount, folder: string): boolean {
  const probe = spawnSync('/bin/sh', ['-c', 'test -x "$1" && test -r "$1"', 'sh', folder], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
  return probe.status === 0;
}

/** Gives a folder and all in it to the account, when it is not its owner yet. */
export async function giveTo(account: ServerAccount, folder: string): Promise<void> {
  if ((await stat(folder)).uid === account.uid) {
    return;
  }
  const entries = await readdir(folder, { recursive: true });
  for (const entry of entries) {
    await chown(join(folder, entry), account.uid, account.gid);
  }
  await chown(folder, account.uid, account.gid);
}
