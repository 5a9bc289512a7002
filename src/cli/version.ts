import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the sources as beside the compiled code, which lies a folder deeper. */
const PLACES = ['../../package.json', '../../../package.json'];

/** The version of this program, as package.json has it. */
export const VERSION: string = PLACES.map(read).find((version) => version !== null) ?? 'unknown';

function read(place: string): string | null {
  try {
    const path = fileURLToPath(new URL(place, import.meta.url));
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return null;
  }
}
