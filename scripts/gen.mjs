import './node-version.mjs';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { main, run } from './stages.mjs';

// Writes what is generated from the code (the OpenAPI file, the schema dump, …); with --check it only compares.
await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const { code } = await run(
    process.execPath,
    ['dist/src/cli/main.js', 'gen', ...process.argv.slice(2)],
    { inherit: true, allowFailure: true },
  );
  return code;
});
