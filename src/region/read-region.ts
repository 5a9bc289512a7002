import { REGION_FILES } from '../contract/region-files.js';
import type { RegionFileName, RegionFiles } from '../contract/region-files.js';
import type { Region } from '../domain/region.js';
import { checkAgencies } from './check-agencies.js';
import { checkAllowances } from './check-allowances.js';
import { checkCalendars } from './check-calendars.js';
import { checkCodes } from './check-codes.js';
import { checkReferences } from './check-references.js';
import { checkRules } from './check-rules.js';
import type { RegionDraft } from './region-draft.js';
import { RegionFileError } from './region-file-error.js';
import type { RegionFileProblem } from './region-file-error.js';
import { toRegion } from './to-region.js';
import { readYamlFile } from './yaml-file.js';
import type { YamlFile } from './yaml-file.js';

const FILE_NAMES = Object.keys(REGION_FILES) as RegionFileName[];

/**
 * Reads a region from its folder and checks it whole: each file by its schema, then what they mean
 * together. Lengths in the result are milliseconds; `1d` of working time is `workingDay` of
 * region.yaml, of calendar time 24 hours.
 * @throws RegionFileError with every mistake found, by file and line.
 */
export async function readRegion(dir: string): Promise<Region> {
  const read = new Map<RegionFileName, YamlFile<unknown>>(
    await Promise.all(
      FILE_NAMES.map(
        async (file) => [file, await readYamlFile(dir, file, REGION_FILES[file])] as const,
      ),
    ),
  );
  const inFiles = [...read.values()].flatMap((file) => file.problems);
  if (inFiles.length > 0) throw new RegionFileError(dir, inFiles);

  const files = Object.fromEntries(
    [...read].map(([name, file]) => [name, file.value]),
  ) as RegionFiles;
  const problems: RegionFileProblem[] = [];
  const lineOf: RegionDraft['lineOf'] = (file, path) => read.get(file)?.lineOf(path) ?? 1;
  const report: RegionDraft['report'] = (file, path, reason) =>
    problems.push({ file, line: lineOf(file, path), reason });
  checkDraft({ files, report, lineOf }, problems);
  if (problems.length > 0) throw new RegionFileError(dir, inOrder(problems));
  return toRegion(files);
}

/** Rules are tried out only when all they point to is there, else one mistake would be told many times. */
function checkDraft(draft: RegionDraft, problems: RegionFileProblem[]): void {
  checkCodes(draft);
  checkReferences(draft);
  checkAgencies(draft);
  checkCalendars(draft);
  checkAllowances(draft);
  if (problems.length === 0) checkRules(draft);
}

function inOrder(problems: RegionFileProblem[]): RegionFileProblem[] {
  const rank = (file: string): number => FILE_NAMES.indexOf(file as RegionFileName);
  return problems.sort((a, b) => rank(a.file) - rank(b.file) || a.line - b.line);
}
