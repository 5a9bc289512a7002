import type { RegionFileName, RegionFiles } from '../contract/region-files.js';
import type { YamlPath } from './yaml-file.js';

/** A region whose files are each in order, on the way to being checked as a whole. */
export interface RegionDraft {
  files: RegionFiles;
  /** Notes a mistake at the place of the path in the file. */
  report: (file: RegionFileName, path: YamlPath, reason: string) => void;
  lineOf: (file: RegionFileName, path: YamlPath) => number;
}
