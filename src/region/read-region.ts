import { OPTIONAL_FILES } from '../contract/region-files.js';
import type { RegionFileName, RegionFiles } from '../contract/region-files.js';
import type { Region } from '../domain/region.js';
import { checkAgencies } from './check-agencies.js';
import { checkAllowances } from './check-allowances.js';
import { checkCalendars } from './check-calendars.js';
import { checkCodes } from './check-codes.js';
import { checkLexicon } from './check-lexicon.js';
import { checkReferences } from './check-references.js';
import { checkRules } from './check-rules.js';
import { checkTemplates } from './check-templates.js';
import { FILE_NAMES, readFolder, type RegionFolder } from './read-folder.js';
import type { RegionDraft } from './region-draft.js';
import { RegionFileError } from './region-file-error.js';
import type { RegionFileProblem } from './region-file-error.js';
import { toRegion } from './to-region.js';

/**
 * Reads a region from its folder and checks it whole: each file by its schema, then what they mean
 * together. Lengths in the result are milliseconds; `1d` of working time is `workingDay` of
 * region.yaml, of calendar time 24 hours.
 * @throws RegionFileError with every mistake found, by file and line.
 */
export async function readRegion(dir: string): Promise<Region> {
  const folder = await readFolder(dir);
  if (folder.problems.length > 0) throw new RegionFileError(dir, inOrder(folder.problems));
  const problems: RegionFileProblem[] = [];
  const draft = draftOf(folder, problems);
  checkDraft(draft, problems);
  if (problems.length > 0) throw new RegionFileError(dir, inOrder(problems));
  return toRegion(draft.files, draft.years);
}

function draftOf({ read, years }: RegionFolder, problems: RegionFileProblem[]): RegionDraft {
  const files = Object.fromEntries(
    FILE_NAMES.map((name) => [
      name,
      read.get(name)?.value ?? OPTIONAL_FILES[name as keyof typeof OPTIONAL_FILES],
    ]),
  ) as RegionFiles;
  const lineOf: RegionDraft['lineOf'] = (file, path) => read.get(file)?.lineOf(path) ?? 1;
  const report: RegionDraft['report'] = (file, path, reason) =>
    problems.push({ file, line: lineOf(file, path), reason });
  return { files, years, report, lineOf };
}

/** Rules are tried out only when all they point to is there, else one mistake would be told many times. */
function checkDraft(draft: RegionDraft, problems: RegionFileProblem[]): void {
  checkCodes(draft);
  checkReferences(draft);
  checkAgencies(draft);
  checkCalendars(draft);
  checkAllowances(draft);
  checkTemplates(draft);
  checkLexicon(draft);
  if (problems.length === 0) checkRules(draft);
}

function inOrder(problems: RegionFileProblem[]): RegionFileProblem[] {
  const rank = (file: string): number => {
    const at = FILE_NAMES.indexOf(file as RegionFileName);
    return at < 0 ? FILE_NAMES.length : at;
  };
  return problems.sort(
    (a, b) =>
      rank(a.file) - rank(b.file) || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line),
  );
}
