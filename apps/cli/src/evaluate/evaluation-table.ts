import type { EvaluationScores, ScoresOf } from '#contracts';
import { table } from '../table.js';

export interface ScoredTarget {
  readonly target: string;
  readonly scores: EvaluationScores;
  /** Images of another size than the model's that were cropped; a fleet says so in its log. */
  readonly numCropped?: number;
}

const percent = (share: number, digits = 2): string => (100 * share).toFixed(digits);

/** Scores for people, a table per protocol. */
export function evaluationTables(scored: readonly ScoredTarget[]): string[] {
  const of = <P extends EvaluationScores['protocol']>(protocol: P) =>
    scored.filter((each): each is { target: string; scores: ScoresOf<P> } => each.scores.protocol === protocol);
  const parts = [
    verificationLines(of('verification')),
    identificationLines(of('identification')),
    templateLines(of('templates')),
  ].filter((lines) => lines.length > 0);
  const cropped = scored
    .filter(({ numCropped = 0 }) => numCropped > 0)
    .map(
      ({ target, numCropped }) =>
        `${target}: images cropped to their middle without alignment: ${numCropped}; scores may be poor`,
    );
  return [...parts, ...(cropped.length > 0 ? [cropped] : [])].flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

type Of<P extends EvaluationScores['protocol']> = readonly { target: string; scores: ScoresOf<P> }[];

function verificationLines(scored: Of<'verification'>): string[] {
  if (scored.length === 0) return [];
  const head = ['target', 'pairs', 'accuracy %', '95 % interval', 'threshold', 'TAR@FAR=1e-3 %', 'AUC %', 'XNorm'];
  const rows = scored.map(({ target, scores }) => [
    target,
    String(scores.numPairs),
    `${percent(scores.accuracy)} ± ${percent(scores.std)}`,
    scores.interval ? `${percent(scores.interval.low)} .. ${percent(scores.interval.high)}` : '-',
    scores.threshold.toFixed(3),
    percent(scores.tarAtFar['0.001']?.tar ?? NaN),
    percent(scores.areaUnderRoc),
    scores.xnorm.toFixed(2),
  ]);
  return ['Verification (10 folds)', ...table(head, rows)];
}

function identificationLines(scored: Of<'identification'>): string[] {
  if (scored.length === 0) return [];
  const head = ['target', 'probes', 'identities', 'distractors', 'rank-1 %', 'rank-10 %', 'TAR@FAR=1e-6 %'];
  const rows = scored.map(({ target, scores }) => [
    target,
    String(scores.numProbes),
    String(scores.numIdentities),
    String(scores.numDistractors),
    percent(scores.rank1Accuracy),
    percent(scores.cmc.find(({ rank }) => rank === 10)?.rate ?? NaN),
    percent(scores.tarAtFar[String(1e-6)]?.tar ?? NaN),
  ]);
  return ['Identification among distractors', ...table(head, rows)];
}

function templateLines(scored: Of<'templates'>): string[] {
  if (scored.length === 0) return [];
  const fars = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2];
  const head = ['target', 'images', 'templates', 'pairs', ...fars.map((far) => `TAR@${far.toExponential()} %`)];
  const rows = scored.map(({ target, scores }) => [
    target,
    String(scores.numImages),
    String(scores.numTemplates),
    String(scores.numPairs),
    ...fars.map((far) => percent(scores.tarAtFar[String(far)]?.tar ?? NaN)),
  ]);
  return ['Templates (IJB 1:1)', ...table(head, rows)];
}
