/** One mistake in a region's folder. `line` counts from 1; a file that is absent has line 1. */
export interface RegionFileProblem {
  file: string;
  line: number;
  reason: string;
}

/** A region that cannot be used. `message` has one line a problem: `file:line: reason`. */
export class RegionFileError extends Error {
  override name = 'RegionFileError';

  constructor(
    readonly dir: string,
    readonly problems: RegionFileProblem[],
  ) {
    const lines = problems.map(({ file, line, reason }) => `  ${file}:${line}: ${reason}`);
    super(`The region in ${dir} has ${problems.length} mistake(s):\n${lines.join('\n')}`);
  }
}
