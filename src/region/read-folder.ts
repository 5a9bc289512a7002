import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  calendarYearFile,
  OPTIONAL_FILES,
  REGION_FILES,
  YEARS_FOLDER,
} from '../contract/region-files.js';
import type { CalendarYearFile, RegionFileName } from '../contract/region-files.js';
import { didYouMean, nearest } from './nearest.js';
import type { RegionFileProblem } from './region-file-error.js';
import { readYamlFile } from './yaml-file.js';
import type { YamlFile } from './yaml-file.js';

export const FILE_NAMES = Object.keys(REGION_FILES) as RegionFileName[];

/** A region's folder, each file by itself. */
export interface RegionFolder {
  /** By file name; `calendar-years/2026.yaml` among them. */
  read: Map<string, YamlFile<unknown>>;
  years: Map<string, CalendarYearFile>;
  problems: RegionFileProblem[];
}

/** Reads every file of a region's folder by its schema; never throws for what is wrong in it. */
export async function readFolder(dir: string): Promise<RegionFolder> {
  const names = await readdir(dir).catch(() => [] as string[]);
  const inYears = await readdir(join(dir, YEARS_FOLDER)).catch(() => [] as string[]);
  const yearFiles = inYears.filter((name) => /^\d{4}\.yaml$/.test(name)).sort();
  const read = new Map<string, YamlFile<unknown>>(
    await Promise.all([
      ...FILE_NAMES.map(
        async (file) => [file, await readYamlFile(dir, file, REGION_FILES[file])] as const,
      ),
      ...yearFiles.map(async (name) => {
        const file = `${YEARS_FOLDER}/${name}`;
        return [file, await readYamlFile(dir, file, calendarYearFile)] as const;
      }),
    ]),
  );
  const problems = [...read].flatMap(([file, { isAbsent, problems: found }]) =>
    !isAbsent ? found : file in OPTIONAL_FILES ? [] : [absent(file, names)],
  );
  const years = new Map(
    yearFiles.flatMap((name): [string, CalendarYearFile][] => {
      const value = read.get(`${YEARS_FOLDER}/${name}`)?.value as CalendarYearFile | undefined;
      return value === undefined ? [] : [[name.slice(0, 4), value]];
    }),
  );
  return {
    read,
    years,
    problems: [
      ...problems,
      ...strangers(names, problems),
      ...strangeFolders(names),
      ...strangeYears(inYears),
    ],
  };
}

function absent(file: string, names: string[]): RegionFileProblem {
  const near = names.find((name) => nearest(name, [file]) !== undefined);
  const hint = near === undefined ? '' : `; is it the one named "${near}"?`;
  return { file, line: 1, reason: `cannot be read: there is no such file${hint}` };
}

/** A misspelt file would never be read, and nobody would know; what is no YAML may lie here freely. */
function strangers(names: string[], told: RegionFileProblem[]): RegionFileProblem[] {
  return names
    .filter((name) => /\.ya?ml$/i.test(name) && !(name in REGION_FILES))
    .filter((name) => !told.some(({ reason }) => reason.includes(`"${name}"`)))
    .map((file) => ({
      file,
      line: 1,
      reason: `is not a file of a region${didYouMean(file, FILE_NAMES)}`,
    }));
}

/** A misspelt folder of years would leave every due provisional, and nobody would know. */
function strangeFolders(names: string[]): RegionFileProblem[] {
  return names
    .filter((name) => name !== YEARS_FOLDER && nearest(name, [YEARS_FOLDER]) !== undefined)
    .map((file) => ({ file, line: 1, reason: `is not read${didYouMean(file, [YEARS_FOLDER])}` }));
}

function strangeYears(names: string[]): RegionFileProblem[] {
  return names
    .filter((name) => !name.startsWith('.') && !/^\d{4}\.yaml$/.test(name))
    .map((name) => ({
      file: `${YEARS_FOLDER}/${name}`,
      line: 1,
      reason: 'is not the file of a year: it must be named YYYY.yaml',
    }));
}
