import { describe, expect, it } from '@jest/globals';
import { contentOf, projectFiles } from './sources.js';

const LINES_MAX = 400;
/** Written by a program, or data: nobody reads these from top to bottom. */
const GENERATED = [/^package-lock\.json$/, /^docs\/openapi\.json$/, /^docs\/schema\.sql$/];
/** Names that tools or customs fix. */
const FIXED_NAMES = /^(README|CHANGELOG|ROADMAP|LICENSE|CONTRIBUTING|SECURITY|Dockerfile)/;
const VAGUE_NAMES = /^(utils?|helpers?|common|misc|shared|lib)(\.|$)/;
/** Readers of the environment: the parsed configuration, and what hands it on to child processes. */
const ENVIRONMENT_READERS = ['src/config.ts', 'src/process-environment.ts'];

const CODE = /\.(ts|tsx|mjs|sql|ya?ml)$/;
const files = projectFiles();
const code = files.filter((path) => CODE.test(path) && !path.startsWith('regions/'));

describe('files', () => {
  it('of code stay within 400 lines', () => {
    const long = code
      .filter((path) => !GENERATED.some((pattern) => pattern.test(path)))
      .filter((path) => contentOf(path).split('\n').length > LINES_MAX + 1);
    expect(long).toEqual([]);
  });

  it('have names in kebab-case that say what they are for', () => {
    const badlyNamed = code.filter((path) =>
      path.split('/').some((part) => {
        const plain = part.replace(/^[._]+/, '');
        const isKebab = /^[a-z0-9]+([-_.][a-z0-9]+)*$/.test(plain) || FIXED_NAMES.test(part);
        return !isKebab || VAGUE_NAMES.test(plain);
      }),
    );
    expect(badlyNamed).toEqual([]);
  });

  it('of the product read the environment in one place only', () => {
    const readers = code
      .filter((path) => /^(src|workflows|activities)\//.test(path))
      .filter((path) => /\bprocess\.env\b/.test(contentOf(path)))
      .filter((path) => !ENVIRONMENT_READERS.includes(path));
    expect(readers).toEqual([]);
  });

  it('leave nothing half-done', () => {
    const marks = new RegExp(
      `\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|${'X'.repeat(3)})\\b`,
    );
    expect(code.filter((path) => marks.test(contentOf(path)))).toEqual([]);
  });

  it('name no path of the machine they were written on', () => {
    const workplace = /(^|[^A-Za-z0-9_./-])\/(work|farm)\//m;
    const named = files.filter(
      (path) => !/\.(png|jpg|woff2|ico|gz)$/.test(path) && workplace.test(contentOf(path)),
    );
    expect(named).toEqual([]);
  });
});
