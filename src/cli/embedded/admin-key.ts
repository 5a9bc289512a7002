import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface AdminKey {
  /** Where it can be read again; undefined when it is only in OTKLIK_ADMIN_KEY or was made elsewhere. */
  file: string | undefined;
  /** The key itself, only when it was made by this start: it is shown once. */
  made: string | undefined;
}

/** Keeps a key made now, or the given one, in a file that only its owner can read. */
export async function keepAdminKey(
  dataDir: string,
  made: string,
  given: string | undefined,
): Promise<AdminKey> {
  const file = join(dataDir, 'admin-key');
  const key = made || given;
  if (key) {
    await writeFile(file, `${key}\n`, { mode: 0o600 });
    await chmod(file, 0o600);
  }
  const isKept = (await readFile(file, 'utf8').catch(() => '')) !== '';
  return { file: isKept ? file : undefined, made: given ? undefined : made || undefined };
}
