import type {
  CalendarYearFile,
  RegionFileName,
  RegionFiles,
  YearFileName,
} from '../contract/region-files.js';
import type { YamlPath } from './yaml-file.js';

export type DraftFileName = RegionFileName | YearFileName;

/** A region whose files are each in order, on the way to being checked as a whole. */
export interface RegionDraft {
  files: RegionFiles;
  /** The region's official years by `YYYY`, for calendars that give none of their own. */
  years: ReadonlyMap<string, CalendarYearFile>;
  /** Notes a mistake at the place of the path in the file. */
  report: (file: DraftFileName, path: YamlPath, reason: string) => void;
  lineOf: (file: DraftFileName, path: YamlPath) => number;
}
