import { describe, expect, it } from '@jest/globals';
import type { ImportStatement } from './sources.js';
import { importsOf, projectFiles } from './sources.js';

/** What files under `under` may import; rules about values do not forbid `import type`. */
interface Rule {
  under: string;
  says: string;
  allows: (statement: ImportStatement) => boolean;
}

const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`);

const only =
  (...places: string[]) =>
  ({ to, isPackage }: ImportStatement): boolean =>
    places.some((place) => (isPackage ? to === place : isIn(to, place)));

const never =
  (...places: string[]) =>
  (statement: ImportStatement): boolean =>
    !only(...places)(statement);

const orType =
  (allows: Rule['allows'], ...places: string[]) =>
  (statement: ImportStatement): boolean =>
    allows(statement) || (statement.isTypeOnly && only(...places)(statement));

const RULES: Rule[] = [
  {
    under: 'src/domain',
    says: 'the domain is pure: it imports itself and luxon alone',
    allows: only('src/domain', 'luxon'),
  },
  {
    under: 'src/temporal/names.ts',
    says: 'the names import nothing, so that everything may import them',
    allows: () => false,
  },
  {
    under: 'workflows',
    says: 'workflows import the workflow library, the domain and the names; activities and contract as types alone',
    allows: orType(
      only(
        'workflows',
        '@temporalio/workflow',
        '@temporalio/common',
        'src/domain',
        'src/temporal/names',
      ),
      'activities',
      'src/contract',
    ),
  },
  {
    under: 'src/contract',
    says: 'the contract knows neither storage nor transport',
    allows: only('src/contract', 'src/domain', 'zod', '@asteasolutions/zod-to-openapi'),
  },
  {
    under: 'src/db',
    says: 'the database is the end of the way: it imports none of the rooms before it',
    allows: never('src/api', 'src/channels', 'src/cli', 'workflows', 'activities', 'express'),
  },
  {
    under: 'activities',
    says: 'activities use database and channels, never the API, and workflows as types alone',
    allows: orType(never('src/api', 'src/cli', 'workflows', 'express'), 'workflows'),
  },
  {
    under: 'src/triage',
    says: 'triage knows the region and the texts, and nothing of who asks',
    allows: never('src/api', 'src/cli', 'src/relay', 'workflows', 'activities', 'express'),
  },
  {
    under: 'src/attachments',
    says: 'attachments know files and their rows, and nothing of who asks',
    allows: never('src/api', 'src/cli', 'src/relay', 'workflows', 'activities', 'express'),
  },
  {
    under: 'src/exchange',
    says: 'exchange reads and writes tables; who asks for it, and what runs, it does not know',
    allows: never(
      'src/api',
      'src/cli',
      'src/relay',
      'src/temporal',
      'workflows',
      'activities',
      'express',
    ),
  },
  {
    under: 'src/relay',
    says: 'the relay sends what the database holds; it does not reach into activities or the API',
    allows: orType(never('src/api', 'src/cli', 'activities', 'workflows', 'express'), 'workflows'),
  },
  {
    under: 'src/webhooks',
    says: 'webhooks tell outside what the database holds; answers re-enter through the API',
    allows: never('src/api', 'src/cli', 'src/relay', 'workflows', 'activities', 'express'),
  },
  {
    under: 'src/doctor',
    says: 'the doctor asks the servers themselves, not the parts that may be ill',
    allows: never('src/api', 'src/cli', 'src/relay', 'workflows', 'activities', 'express'),
  },
  {
    under: 'src/channels',
    says: 'an answer from outside re-enters through the API: channels import neither it nor Temporal',
    allows: never('src/api', 'src/cli', 'workflows', 'activities', '@temporalio/client'),
  },
  {
    under: 'src/classifier',
    says: 'the classifier works on texts alone',
    allows: never(
      'src/api',
      'src/db',
      'src/cli',
      'src/temporal',
      'src/channels',
      'workflows',
      'activities',
    ),
  },
  {
    under: 'src/demo',
    says: "the demo's people know the desk by its HTTP API alone",
    allows: (statement) =>
      only('src/demo', 'src/contract', 'src/domain', 'yaml', 'zod', 'sharp')(statement) ||
      (statement.isPackage && statement.to.startsWith('node:')),
  },
  {
    under: 'src/api',
    says: 'the API reaches activities and workflows through Temporal alone',
    allows: orType(
      never('src/cli', 'workflows', 'activities', '@temporalio/worker'),
      'workflows',
      'activities',
    ),
  },
  {
    under: 'console',
    says: 'the console talks to the HTTP API alone',
    allows: never('src', 'workflows', 'activities', 'bench', 'tests'),
  },
  ...['src', 'workflows', 'activities', 'bench'].map((under) => ({
    under,
    says: 'the product never imports its tests or scripts',
    allows: never('tests', 'scripts', 'dist'),
  })),
];

describe('import rules', () => {
  const statements = projectFiles()
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap(importsOf);

  it.each(RULES)('$under: $says', ({ under, allows }) => {
    const broken = statements
      .filter(({ from }) => isIn(from, under))
      .filter((statement) => !allows(statement))
      .map(({ from, to, isTypeOnly }) => `${from} imports ${isTypeOnly ? 'type ' : ''}${to}`);
    expect(broken).toEqual([]);
  });

  it('nothing but the command line imports src/cli', () => {
    const broken = statements
      .filter(({ to }) => isIn(to, 'src/cli'))
      .filter(({ from }) => !['src/cli', 'tests', 'bench'].some((place) => isIn(from, place)));
    expect(broken.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});
