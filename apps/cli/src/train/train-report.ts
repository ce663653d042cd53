import type { ErrorReport, MetricSeries } from '#contracts';
import { median } from '../follow/median.js';
import { duration, type ProgressView } from '../follow/progress-view.js';
import { verificationReport, verificationTable, type VerificationReport } from '../follow/verification-report.js';

/** What `--json` prints as the last line. */
export interface TrainSummary {
  /** That of the run; `detached` when nobody waited for its end. */
  readonly status: string;
  /** null without a server. */
  readonly runId: string | null;
  readonly network: string;
  readonly loss: string;
  readonly dataset: string;
  readonly ranks: number;
  readonly engine: string | null;
  readonly steps: number;
  /** Median over the steps. */
  readonly samplesPerSecond: number | null;
  readonly seconds: number;
  readonly verification: VerificationReport;
  /** Prefix of the placed model's files; null: none was placed. */
  readonly model: string | null;
  readonly error: ErrorReport | null;
}

/** How a run went, as both ways of training know it. */
export interface TrainResult extends Omit<TrainSummary, 'network' | 'loss' | 'dataset' | 'samplesPerSecond' | 'verification'> {
  readonly speeds: readonly number[];
  readonly verifications: MetricSeries['verifications'];
  /** Said at the end: where things lie, what to do next. */
  readonly hints: readonly string[];
}

const EXIT_CODES: Readonly<Record<string, number>> = { succeeded: 0, failed: 1 };

/** 0 when the run succeeded, 1 when it failed, 130 when it was stopped, canceled or left alone by Ctrl-C. */
export function exitCodeOf(status: string): number {
  return EXIT_CODES[status] ?? 130;
}

export function summarize(
  { speeds, verifications, hints: _, ...result }: TrainResult,
  about: Pick<TrainSummary, 'network' | 'loss' | 'dataset'> & { readonly targets: readonly string[] | null },
): TrainSummary {
  const { targets, ...names } = about;
  const seen = [...new Set(verifications.map(({ target }) => target))];
  const { status, runId, ranks, engine, steps, seconds, model, error } = result;
  return {
    status,
    runId,
    ...names,
    ranks,
    engine,
    steps,
    samplesPerSecond: median(speeds),
    seconds,
    verification: verificationReport(verifications, targets ?? seen),
    model,
    error,
  };
}

/** The end of the story, for people. */
export function printReport(view: ProgressView, summary: TrainSummary, hints: readonly string[]): void {
  const { status, steps, ranks, engine, seconds, samplesPerSecond, verification, model, error } = summary;
  const speed =
    samplesPerSecond === null
      ? ''
      : `, ${samplesPerSecond.toFixed(samplesPerSecond < 10 ? 1 : 0)} samples/s (median of the steps)`;
  const where = `on ${ranks} ${ranks === 1 ? 'rank' : 'ranks'}${engine === null ? '' : ` with the ${engine} engine`}`;
  view.say(`\n${status[0]?.toUpperCase()}${status.slice(1)} after ${steps} steps ${where}, ${duration(seconds)}${speed}`);
  if (error) view.say(`${error.code}: ${error.message}`);
  if (Object.keys(verification).length > 0) {
    view.say('\nVerification (10 folds)');
    for (const line of verificationTable(verification)) view.say(`  ${line}`);
  }
  if (model !== null) view.say(`\nmodel     ${model}.safetensors`);
  for (const hint of hints) view.say(hint);
}
