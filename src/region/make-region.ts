import { cp, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { regionFile } from '../contract/region-files.js';
import { regionsDir } from './find-region-dir.js';
import { RegionFileError } from './region-file-error.js';

/**
 * Writes a copy of the commented example region under another code, name and zone.
 * @returns the folder made.
 * @throws RegionFileError when the code or the zone is none, or the folder is there already.
 */
export async function makeRegion(wanted: {
  code: string;
  folder: string;
  zone: string;
  name: string | undefined;
}): Promise<string> {
  const { code, zone, name = code } = wanted;
  const target = join(resolve(wanted.folder), code);
  const refuse = (reason: string): RegionFileError =>
    new RegionFileError(target, [{ file: 'region.yaml', line: 1, reason }]);
  for (const [member, value] of Object.entries({ code, zone })) {
    const parsed = regionFile.shape[member as 'code' | 'zone'].safeParse(value);
    if (!parsed.success) throw refuse(`${member}: ${parsed.error.issues[0]?.message ?? ''}`);
  }
  if (existsSync(target)) throw refuse('there is such a folder already; nothing was written');
  await cp(join(regionsDir(), 'example'), target, { recursive: true });
  const quoted = JSON.stringify(name);
  await replaceIn(join(target, 'region.yaml'), [
    [/^code: .*$/m, `code: ${code}`],
    [/^ {2}ru: .*$/m, `  ru: ${quoted}`],
    [/^ {2}en: .*$/m, `  en: ${quoted}`],
    [/^zone: .*$/m, `zone: ${zone}`],
  ]);
  await replaceIn(join(target, 'calendars.yaml'), [[/^( +zone: ).*$/gm, `$1${zone}`]]);
  return target;
}

async function replaceIn(file: string, changes: [RegExp, string][]): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    changes.reduce((now, [found, instead]) => now.replace(found, instead), text),
  );
}
