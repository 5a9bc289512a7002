import { availableParallelism } from 'node:os';

// What hangs on real instants, and so on a machine that keeps up: `npm run test:faults`.
const LONG = ['<rootDir>/tests/lives/late.test.ts'];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Sources import each other as `./name.js`, as Node wants it; here the file beside is `name.ts`.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  testPathIgnorePatterns: ['/node_modules/', ...(process.env.OTKLIK_TEST_LONG === '1' ? [] : LONG)],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.otklik[^/]*/'],
  globalSetup: '<rootDir>/tests/support/global-setup.mjs',
  globalTeardown: '<rootDir>/tests/support/global-teardown.mjs',
  testTimeout: 60_000,
  maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
};
