import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { openApiDocument } from '../api/openapi/document.js';
import { permissionsPage } from '../api/permissions-page.js';
import { migrate } from '../db/migrate.js';
import { openPool } from '../db/pool.js';
import { dumpSchema } from '../db/schema-dump.js';
import { fileSchemas } from '../region/file-schemas.js';
import { preparePostgres } from './embedded/postgres-home.js';
import { startPostgres } from './embedded/postgres.js';

/** `otklik gen [--check]`: the files under docs/ that are made from the code. */
export function registerGen(program: Command): void {
  program
    .command('gen')
    .description(
      'write docs/openapi.json, permissions.md, schema.sql and region-schema/ from the code',
    )
    .option('--check', 'only compare; exit with 1 when a file is not what would be written')
    .action(async (options: { check?: boolean }) => {
      const files: Record<string, string> = {
        'docs/openapi.json': `${JSON.stringify(openApiDocument(), null, 2)}\n`,
        'docs/permissions.md': permissionsPage(),
        'docs/schema.sql': await schemaOfNewDatabase(),
        ...Object.fromEntries(
          Object.entries(fileSchemas()).map(([name, schema]) => [
            `docs/region-schema/${name}`,
            `${JSON.stringify(schema, null, 2)}\n`,
          ]),
        ),
      };
      const old: string[] = [];
      for (const [file, content] of Object.entries(files)) {
        if ((await readFile(file, 'utf8').catch(() => '')) === content) {
          continue;
        }
        old.push(file);
        if (!options.check) {
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, content);
        }
      }
      if (options.check && old.length > 0) {
        console.error(`Not as the code says: ${old.join(', ')}. Run "npm run gen".`);
        process.exitCode = 1;
      } else {
        console.log(
          old.length === 0
            ? 'All generated files are as the code says.'
            : `Written: ${old.join(', ')}`,
        );
      }
    });
}

/** A database made for this alone, so that nothing of an installation's own shows in the dump. */
async function schemaOfNewDatabase(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'otklik-gen-'));
  // Under root, PostgreSQL runs as another account, which must get in.
  await chmod(folder, 0o755);
  try {
    const home = await preparePostgres(folder, () => undefined, false);
    const server = await startPostgres({ home, logDir: folder, ports: [], durable: false });
    try {
      const url = server.urlOf('postgres');
      await migrate(url);
      const pool = openPool(url, null, 1);
      try {
        return await dumpSchema(pool);
      } finally {
        await pool.end();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
