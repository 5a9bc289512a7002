import './node-version.mjs';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { main, run } from './stages.mjs';

await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const { code } = await run(process.execPath, ['dist/bench/main.js', ...process.argv.slice(2)], {
    inherit: true,
    allowFailure: true,
  });
  return code;
});
