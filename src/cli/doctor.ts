import { Option, type Command } from 'commander';
import { ConfigError, readConfig, type Config } from '../config.js';
import { openPool } from '../db/pool.js';
import { apiCheck } from '../doctor/api.js';
import { problem, words, type Check, type Language } from '../doctor/check.js';
import { examine, overall, type Finding } from '../doctor/examine.js';
import { machineChecks } from '../doctor/machine.js';
import { postgresqlChecks } from '../doctor/postgresql.js';
import { temporalChecks } from '../doctor/temporal.js';
import { workChecks } from '../doctor/work.js';
import { openClient } from '../temporal/connect.js';
import { readOperatorConfig } from './operator-config.js';

/** `otklik doctor`: looks at everything that a desk stands on and says what to do. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at everything the desk stands on and say what to do; exit code 1 on a problem',
    )
    .option('--json', 'print the findings as JSON')
    .addOption(
      new Option('--lang <language>', 'ru or en; by default that of the terminal').choices([
        'ru',
        'en',
      ]),
    )
    .action(async (options: { json?: boolean; lang?: Language }) => {
      const language = options.lang ?? languageOfTerminal();
      const findings = await findingsOf();
      const status = overall(findings);
      console.log(
        options.json
          ? JSON.stringify({ status, checks: findings.map((f) => told(f, language)) }, null, 2)
          : linesOf(findings, language).join('\n'),
      );
      process.exitCode = status === 'problem' ? 1 : 0;
    });
}

/** By LC_ALL, LC_MESSAGES and LANG, as Node reads them. */
const languageOfTerminal = (): Language =>
  Intl.DateTimeFormat().resolvedOptions().locale.startsWith('ru') ? 'ru' : 'en';

async function findingsOf(): Promise<Finding[]> {
  // A bad variable ends it: without the configuration there is nothing to look at.
  const plain = readConfig();
  let config;
  try {
    config = await readOperatorConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    return examine([noDesk(plain), ...machineChecks(plain)]);
  }
  const pool = openPool(config.DATABASE_URL, null, 6);
  const client = openClient(config);
  try {
    return await examine([
      ...machineChecks(config),
      ...postgresqlChecks(pool, config),
      ...temporalChecks(client, pool, config),
      ...workChecks(pool),
      apiCheck(config.apiUrl ?? config.publicUrl),
    ]);
  } finally {
    await client.connection.close();
    // A check that ran out of time may still hold a connection: its end is not waited for.
    await Promise.race([pool.end(), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
  }
}

const noDesk = (config: Config): Check => ({
  id: 'desk',
  title: words('Стол обращений', 'The desk'),
  look: () =>
    problem(
      words(`на ${config.dataDir} ничего не запущено`, `nothing runs on ${config.dataDir}`),
      words(
        'Запустите npm start или задайте DATABASE_URL и TEMPORAL_ADDRESS.',
        'Run npm start, or set DATABASE_URL and TEMPORAL_ADDRESS.',
      ),
    ),
});

const told = ({ id, title, status, found, todo, durationMs }: Finding, language: Language) => ({
  id,
  title: title[language],
  status,
  found: found[language],
  todo: todo?.[language] ?? null,
  durationMs,
});

const MARKS = { ok: '✓', warning: '!', problem: '✗', skipped: '-' } as const;

function linesOf(findings: Finding[], language: Language): string[] {
  const count = (status: Finding['status']): number =>
    findings.filter((finding) => finding.status === status).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  return [
    ...findings.flatMap(({ status, title, found, todo }) => [
      `${MARKS[status]} ${title[language]}: ${found[language]}`,
      ...(todo === undefined ? [] : [`    → ${todo[language]}`]),
    ]),
    '',
    language === 'ru'
      ? `Неисправностей: ${problems}, предупреждений: ${warnings}.`
      : `Problems: ${problems}, warnings: ${warnings}.`,
  ];
}
