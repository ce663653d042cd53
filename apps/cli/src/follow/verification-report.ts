import type { MetricSeries } from '#contracts';
import { table } from '../table.js';

/** Scores of one verification set; accuracies and their deviation over the folds as shares. */
export interface TargetReport {
  readonly accuracy: number;
  readonly std: number;
  /** On squared L2 distance. */
  readonly threshold: number;
  /** Of the untrained network and of raw pixels; null where they were not scored. */
  readonly accuracyBefore: number | null;
  readonly accuracyPixels: number | null;
}

export type VerificationReport = Readonly<Record<string, TargetReport>>;

/**
 * What a run's verifications say per target, in the order of `targets`: the last scores of the network beside the baselines
 * of step 0. A target that the trained network was not scored on is left out.
 */
export function verificationReport(verifications: MetricSeries['verifications'], targets: readonly string[]): VerificationReport {
  const report: Record<string, TargetReport> = {};
  const place = (target: string): number => targets.indexOf(target);
  const inOrder = [...verifications].sort((a, b) => place(a.target) - place(b.target) || a.step - b.step);
  for (const { step, subject, target, scores } of inOrder) {
    if (subject !== 'model' || step === 0) continue;
    const baseline = (of: 'model' | 'pixels') =>
      inOrder.find((other) => other.step === 0 && other.subject === of && other.target === target)?.scores.accuracy ?? null;
    report[target] = {
      accuracy: scores.accuracy,
      std: scores.std,
      threshold: scores.threshold,
      accuracyBefore: baseline('model'),
      accuracyPixels: baseline('pixels'),
    };
  }
  return report;
}

/** Mean of the targets' accuracies; NaN without targets. */
export function meanAccuracy(report: VerificationReport): number {
  const accuracies = Object.values(report).map(({ accuracy }) => accuracy);
  return accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
}

/** The report as lines of a table, in percent; baselines that no target has are left out. */
export function verificationTable(report: VerificationReport): string[] {
  const percent = (share: number | null) => (share === null ? '-' : (share * 100).toFixed(1));
  const has = (baseline: 'accuracyPixels' | 'accuracyBefore') =>
    Object.values(report).some((scores) => scores[baseline] !== null) ? [baseline] : [];
  const baselines = [...has('accuracyPixels'), ...has('accuracyBefore')];
  const rows = Object.entries(report).map(([target, scores]) => [
    target,
    ...baselines.map((baseline) => percent(scores[baseline])),
    `${percent(scores.accuracy)} ± ${percent(scores.std)}`,
    scores.threshold.toFixed(2),
  ]);
  if (rows.length > 1) rows.push(['mean', ...baselines.map(() => ''), percent(meanAccuracy(report)), '']);
  const titles = { accuracyPixels: 'raw pixels %', accuracyBefore: 'untrained %' };
  const head = ['target', ...baselines.map((baseline) => titles[baseline]), 'trained %', 'threshold'];
  return table(head, rows);
}
