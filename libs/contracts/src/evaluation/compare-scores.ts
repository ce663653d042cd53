import { z } from 'zod';
import type { ScoreSummary } from './evaluation-scores.js';

const METRIC = /^(accuracy|areaUnderRoc|rank1Accuracy|tarAtFar\.\d{1,2}(\.\d{1,12})?(e-\d{1,2})?)$/;

/** By how much each metric may fall before that is a regression: `accuracy`, `areaUnderRoc`, `rank1Accuracy`, `tarAtFar.0.001`. */
export const marginsSchema = z
  .record(z.string().regex(METRIC, 'must be accuracy, areaUnderRoc, rank1Accuracy or tarAtFar.<far>'), z.number().min(0).max(1))
  .refine((margins) => Object.keys(margins).length <= 32, 'must have at most 32 entries');
export type Margins = z.output<typeof marginsSchema>;

/** Where a margin comes from: it was given, it is the bootstrap interval of the scores, or that of a share by Wilson's formula. */
export const MARGIN_SOURCES = ['given', 'bootstrap', 'wilson'] as const;

/** One metric of two results on the same target. */
export interface MetricChange {
  readonly metric: string;
  readonly baseline: number;
  readonly current: number;
  /** The metric may fall by that much. */
  readonly margin: number;
  readonly marginFrom: (typeof MARGIN_SOURCES)[number];
  readonly isRegression: boolean;
}

interface Metric {
  readonly value: number;
  /** Trials behind it. */
  readonly trials: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
}

/** 95 % of a normal distribution lie within. */
const Z = 1.96;
/** Values that differ by rounding only are equal. */
const EPSILON = 1e-12;

/**
 * Compares what both results have, metric by metric; all of them are better when higher. A fall is a regression when it exceeds the
 * margin: the one that is given for the metric, else the distance from the baseline to the low end of its bootstrap interval, else
 * (no interval) to that of Wilson's 95 % interval for a share of that many trials. Of other protocols, or without a finite value on
 * both sides, there is nothing to compare.
 */
export function compareScores(baseline: ScoreSummary, current: ScoreSummary, margins: Margins | null): MetricChange[] {
  if (baseline.protocol !== current.protocol) return [];
  const [before, after] = [metricsOf(baseline), metricsOf(current)];
  return [...before].flatMap(([metric, base]): MetricChange[] => {
    const now = after.get(metric);
    if (!now || !Number.isFinite(base.value) || !Number.isFinite(now.value)) return [];
    const { margin, marginFrom } = marginOf(metric, base, margins);
    const isRegression = base.value - now.value > margin + EPSILON;
    return [{ metric, baseline: base.value, current: now.value, margin, marginFrom, isRegression }];
  });
}

function marginOf(
  metric: string,
  { value, trials, interval }: Metric,
  margins: Margins | null,
): Pick<MetricChange, 'margin' | 'marginFrom'> {
  const given = margins?.[metric];
  if (given !== undefined) return { margin: given, marginFrom: 'given' };
  if (interval && Number.isFinite(interval.low)) {
    return { margin: Math.max(0, value - interval.low), marginFrom: 'bootstrap' };
  }
  return { margin: Math.max(0, value - wilsonLow(value, trials)), marginFrom: 'wilson' };
}

/** Low end of the 95 % interval of a share (E. B. Wilson, 1927); unlike the normal one it has a width at 0 and at 1. */
function wilsonLow(share: number, trials: number): number {
  const p = Math.min(1, Math.max(0, share));
  const n = Math.max(1, trials);
  const square = Z * Z;
  const spread = Z * Math.sqrt((p * (1 - p)) / n + square / (4 * n * n));
  return (p + square / (2 * n) - spread) / (1 + square / n);
}

function metricsOf(scores: ScoreSummary): Map<string, Metric> {
  const trials = trialsOf(scores);
  const plain = (value: number): Metric => ({ value, trials, interval: null });
  const metrics = new Map(Object.entries(scores.tarAtFar).map(([far, { tar }]) => [`tarAtFar.${far}`, plain(tar)]));
  if (scores.protocol === 'identification') return metrics.set('rank1Accuracy', plain(scores.rank1Accuracy));
  metrics.set('areaUnderRoc', plain(scores.areaUnderRoc));
  if (scores.protocol === 'templates') return metrics;
  return metrics.set('accuracy', { value: scores.accuracy, trials: scores.numPairs, interval: scores.interval });
}

/** Genuine trials: half of the pairs of a verification are; of templates it is not kept, a mate for each is the least that there can be. */
function trialsOf(scores: ScoreSummary): number {
  switch (scores.protocol) {
    case 'verification':
      return scores.numPairs / 2;
    case 'identification':
      return scores.numProbes;
    case 'templates':
      return scores.numTemplates / 2;
  }
}
