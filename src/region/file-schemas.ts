import { z } from 'zod';
import { calendarYearFile, REGION_FILES } from '../contract/region-files.js';

/** JSON Schemas of a region's files for editors, by file name: `agencies.schema.json` … */
export function fileSchemas(): Record<string, object> {
  const schemas: [string, z.ZodType][] = [
    ...Object.entries(REGION_FILES),
    ['calendar-year.yaml', calendarYearFile],
  ];
  return Object.fromEntries(
    schemas.map(([file, schema]) => [
      file.replace(/\.yaml$/, '.schema.json'),
      { title: file, ...z.toJSONSchema(schema, { io: 'input' }) },
    ]),
  );
}
