import type { Command } from 'commander';
import { auditDir } from '../audit/root-files.js';
import { AuditRoots } from '../audit/roots.js';
import { verifyAudit, type AuditReport } from '../audit/verify.js';
import type { Problem } from '../audit/problems.js';
import { openPool } from '../db/pool.js';
import { openLog } from '../log.js';
import { readOperatorConfig } from './operator-config.js';

/** `otklik audit verify | root`. */
export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('evidence that no timeline was changed');
  audit
    .command('verify')
    .description(
      'check every timeline, text, attachment and audit root; exit code 1 when something is wrong',
    )
    .option('--json', 'print the report as JSON')
    .action(async (options: { json?: boolean }) => {
      const config = await readOperatorConfig();
      const pool = openPool(config.DATABASE_URL, 'otklik_worker', 1);
      try {
        const report = await verifyAudit(pool, {
          dataDir: config.dataDir,
          auditKey: config.OTKLIK_AUDIT_KEY ?? null,
          onProgress: showProgress,
        });
        console.log(options.json ? JSON.stringify(report, null, 2) : linesOf(report).join('\n'));
        process.exitCode = report.problemCount > 0 ? 1 : 0;
      } finally {
        await pool.end();
      }
    });
  audit
    .command('root')
    .description('write an audit root now')
    .action(async () => {
      const config = await readOperatorConfig();
      const pool = openPool(config.DATABASE_URL, 'otklik_worker', 1);
      try {
        const log = openLog(config, 'audit');
        const look = await new AuditRoots({ config, pool, log }).writeNow();
        if (look.result === 'written') {
          console.log(
            `${look.roots} audit roots written over ${look.heads} changed timelines, in ${auditDir(config.dataDir)}.`,
          );
        } else {
          console.error('Another process is just writing or verifying audit roots. Try again.');
          process.exitCode = 1;
        }
      } finally {
        await pool.end();
      }
    });
}

let shownAt = Date.now();

/** A line on the terminal now and then; nothing where the output is read by a program. */
function showProgress({ complaints, events }: { complaints: number; events: number }): void {
  if (process.stderr.isTTY && Date.now() - shownAt >= 2_000) {
    shownAt = Date.now();
    process.stderr.write(`… ${complaints} complaints, ${events} events\n`);
  }
}

/** The report for people. */
function linesOf(report: AuditReport): string[] {
  const { complaints, events, texts, attachments, roots, problems, problemCount, notes } = report;
  return [
    `Checked ${complaints} complaints, ${events} events, ${texts} texts, ${attachments} attachments, ${roots} audit roots.`,
    ...(problemCount === 0 ? ['Nothing was changed.'] : [`Problems: ${problemCount}`]),
    ...problems.map((problem) => `  ${whereOf(problem)}: ${problem.detail} [${problem.kind}]`),
    ...(problemCount > problems.length ? [`  … and ${problemCount - problems.length} more`] : []),
    ...notes.map((note) => `Note: ${note}`),
  ];
}

function whereOf({ kind, number, complaintId, seq }: Problem): string {
  if (complaintId === undefined) {
    return `Audit root ${seq ?? '?'}`;
  }
  const complaint = `Complaint ${number ?? complaintId}`;
  return seq === undefined || kind === 'head_differs' ? complaint : `${complaint}, event ${seq}`;
}
