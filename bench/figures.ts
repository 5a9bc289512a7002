import type { LoadOrder, LoadResult } from './load.js';
import type { Subject } from './desk.js';

/** What one run of one subject came to. */
export interface Round {
  /** Complaints or lives a second. */
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  done: number;
  retries: number;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  const lower = (sorted.length - 1) >> 1;
  return ((sorted[lower] ?? NaN) + (sorted[upper] ?? NaN)) / 2;
}

/** A quantile of sorted values, by the nearest rank; NaN of none. */
export function quantile(sorted: number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? NaN;
}

/** @throws Error when an answer was not what it had to be: a bench of failures measures nothing. */
export function roundOf(result: LoadResult): Round {
  const failures = Object.entries(result.failures);
  if (failures.length > 0) {
    throw new Error(
      `unexpected answers: ${failures.map(([what, n]) => `${n} × ${what}`).join('; ')}`,
    );
  }
  const { done, elapsedMs, latenciesMs, retries } = result;
  return {
    perSecond: (done / elapsedMs) * 1_000,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    done,
    retries,
  };
}

/** The product beside its bare counterpart. */
export interface Comparison {
  otklik: Round;
  bare: Round;
  /** Median over the pairs of (product's rate / bare rate). */
  ratio: number;
  ratios: number[];
  /** Every round, in the order of the pairs. */
  pairs: { otklik: Round; bare: Round }[];
}

/** Medians over the rounds; each pair was run one right after the other. */
export function compare(pairs: { otklik: Round; bare: Round }[]): Comparison {
  const middle = (side: 'otklik' | 'bare'): Round => {
    const of = (pick: (round: Round) => number) => median(pairs.map((pair) => pick(pair[side])));
    return {
      perSecond: of((r) => r.perSecond),
      p50Ms: of((r) => r.p50Ms),
      p99Ms: of((r) => r.p99Ms),
      done: pairs.reduce((sum, pair) => sum + pair[side].done, 0),
      retries: pairs.reduce((sum, pair) => sum + pair[side].retries, 0),
    };
  };
  const ratios = pairs.map(({ otklik, bare }) => otklik.perSecond / bare.perSecond);
  return { otklik: middle('otklik'), bare: middle('bare'), ratio: median(ratios), ratios, pairs };
}

export const CALLERS = 50;

export const orderOf = (
  { port, prefix, key }: Subject,
  order: Pick<LoadOrder, 'what' | 'count' | 'limitMs'>,
): LoadOrder => ({ port, prefix, key, callers: CALLERS, ...order });
