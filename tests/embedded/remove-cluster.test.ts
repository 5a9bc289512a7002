import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster } from '../../src/cli/embedded/postgres-home.js';

describe('removing a database that lies outside of its data directory', () => {
  it('never follows a place that the desk does not make itself', async () => {
    const base = await mkdtemp(join(tmpdir(), 'otklik-place-'));
    try {
      const [dataDir, elsewhere] = [join(base, 'data'), join(base, 'elsewhere')];
      await mkdir(dataDir);
      await mkdir(elsewhere);
      for (const folder of [elsewhere, join('/var/lib/otklik', '..', '..', elsewhere)]) {
        await writeFile(join(dataDir, 'postgres-place.json'), JSON.stringify({ dataDir, folder }));
        await removeCluster(dataDir);
      }
      expect(existsSync(elsewhere)).toBe(true);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });
});
