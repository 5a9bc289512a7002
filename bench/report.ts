import { cpus } from 'node:os';
import type { Comparison, Round } from './figures.js';
import type { LifeCost } from './life-cost.js';
import type { ImportFigures } from './import.js';
import type { OutageFigures } from './outage.js';

/** Everything that a run of the bench found, as `--json` writes it. Times in ms, rates a second. */
export interface BenchReport {
  at: string;
  machine: { node: string; processors: number; model: string };
  /** Against the same INSERTs in the product's tables. */
  intake?: Comparison;
  /** Against INSERTs in plain tables: what the schema's search and indexes cost, too. */
  intakePlain?: Comparison;
  lives?: Comparison;
  lifeCost?: { otklik: LifeCost; bare: LifeCost };
  outage?: OutageFigures;
  import?: ImportFigures;
}

/** What issue and documentation promise of both ratios. */
export const RATIO_MIN = 0.6;

export const newReport = (): BenchReport => ({
  at: new Date().toISOString(),
  machine: { node: process.version, processors: cpus().length, model: cpus()[0]?.model ?? '' },
});

/** A comparison as text; `least` null: a ratio that nothing is promised of. */
export function comparisonLines(
  title: string,
  { otklik, bare, ratio, ratios }: Comparison,
  least: number | null = RATIO_MIN,
): string {
  const line = (name: string, round: Round): string =>
    `  ${name.padEnd(8)}${round.perSecond.toFixed(1).padStart(9)}/s   p50 ${ms(round.p50Ms)}   p99 ${ms(round.p99Ms)}   (${round.done} done, ${round.retries} asked again)`;
  const each = ratios.map((value) => value.toFixed(2)).join(' ');
  const verdict =
    least === null ? '' : `; at least ${least}: ${ratio >= least ? 'reached' : 'NOT REACHED'}`;
  return [
    title,
    line('otklik', otklik),
    line('bare', bare),
    `  ratio ${ratio.toFixed(2)} (pairs: ${each})${verdict}`,
  ].join('\n');
}

export function costLines({ otklik, bare }: { otklik: LifeCost; bare: LifeCost }): string {
  const row = (label: string, of: (cost: LifeCost) => string): string =>
    `  ${label.padEnd(24)}${of(otklik).padStart(14)}${of(bare).padStart(14)}`;
  const names = Object.entries(otklik.statementsByName)
    .map(([name, count]) => `    ${count.toFixed(1).padStart(5)}  ${name}`)
    .join('\n');
  return [
    `One ordinary life (median of ${otklik.lives}, most in brackets)`,
    row('', () => '').trimEnd() + 'otklik'.padStart(38) + 'bare'.padStart(14),
    row('history events', (c) => `${c.events} (${c.eventsMax})`),
    row('history bytes', (c) => `${c.bytes} (${c.bytesMax})`),
    row('workflow tasks', (c) => `${c.workflowTasks} (${c.workflowTasksMax})`),
    row('SQL statements', (c) => c.statements.toFixed(1)),
    `  of otklik, by name:\n${names}`,
  ].join('\n');
}

export function outageLines(figures: OutageFigures): string {
  const { withTemporal, withoutTemporal, complaints, catchUpMs, wrongRuns } = figures;
  const line = (name: string, { perSecond, p50Ms, p99Ms }: Round): string =>
    `  ${name.padEnd(24)}${perSecond.toFixed(1).padStart(9)}/s   p50 ${ms(p50Ms)}   p99 ${ms(p99Ms)}`;
  return [
    'POST /complaints beside a running worker',
    line('Temporal running', withTemporal),
    line('Temporal stopped', withoutTemporal),
    `  back again: ${complaints} complaints had their workflows after ${(catchUpMs / 1_000).toFixed(1)} s, ${wrongRuns} of them not exactly one`,
  ].join('\n');
}

const ms = (value: number): string => `${value.toFixed(1).padStart(7)} ms`;
