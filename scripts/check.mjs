import './node-version.mjs';
import { ensureInstalled } from './install.mjs';
import { main, run, stage, StageFailed } from './stages.mjs';

const node = process.execPath;
const checks = [
  [
    'Format',
    node,
    ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ],
  ['Lint', node, ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.']],
  ['Types', node, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json']],
  [
    'Architecture',
    node,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      ...['node_modules/jest/bin/jest.js', 'tests/architecture'],
    ],
  ],
  ['Dead code', node, ['node_modules/knip/bin/knip.js', '--no-progress']],
  ['Generated files', node, ['scripts/gen.mjs', '--check']],
];

// Every check runs, so that one look shows all that is wrong.
await main(async () => {
  await ensureInstalled();
  const failed = [];
  for (const [name, command, args] of checks) {
    try {
      await stage(name, () => run(command, args));
      console.log(`${name}: in order`);
    } catch (error) {
      if (!(error instanceof StageFailed)) throw error;
      console.log(`${name}: not in order\n${error.message}\n`);
      failed.push(name);
    }
  }
  if (failed.length > 0) {
    console.log(`Not in order: ${failed.join(', ')}`);
  }
  return failed.length > 0 ? 1 : 0;
});
