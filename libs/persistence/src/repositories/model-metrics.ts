import type { EvaluationView, ModelMetric, ScoreSummary } from '#contracts';
import type { VerificationEntity } from '../entities/verification.entity.js';

export interface ScoredVerification extends Pick<VerificationEntity, 'runId' | 'step' | 'target' | 'scores' | 'at'> {
  readonly engine: string | null;
}
export interface ScoredEvaluation {
  readonly id: string;
  readonly engine: string | null;
  /** When it scored each target. */
  readonly scores: EvaluationView['scores'];
}

/** The FAR at which templates are compared. */
const FAR = 1e-4;

/** The one number by which two results of a target are compared. */
export function measureOf(scores: ScoreSummary): Pick<ModelMetric, 'protocol' | 'measure' | 'value' | 'interval'> | null {
  const { protocol } = scores;
  switch (protocol) {
    case 'verification':
      return { protocol, measure: 'accuracy', value: scores.accuracy, interval: scores.interval };
    case 'identification':
      return { protocol, measure: 'rank1Accuracy', value: scores.rank1Accuracy, interval: null };
    case 'templates': {
      const distance = (far: string): number => Math.abs(Math.log10(Number(far)) - Math.log10(FAR));
      const [nearest] = Object.keys(scores.tarAtFar).sort((a, b) => distance(a) - distance(b));
      const point = nearest === undefined ? undefined : scores.tarAtFar[nearest];
      return point ? { protocol, measure: `tarAtFar@${nearest}`, value: point.tar, interval: null } : null;
    }
  }
}

/** The newest result on each target, by name: the newest evaluation that scored it, else the verification of the training. */
export function toMetrics(verifications: readonly ScoredVerification[], evaluations: readonly ScoredEvaluation[]): ModelMetric[] {
  const found = new Map<string, ModelMetric>();
  for (const { target, scores, at, runId, step, engine } of verifications) {
    const source = { kind: 'verification', runId, step, engine, at: at.toISOString() } as const;
    found.set(target, { target, protocol: 'verification', measure: 'accuracy', value: scores.accuracy, interval: null, source });
  }
  const results = evaluations.flatMap(({ id, engine, scores }) => scores.map((each) => ({ ...each, id, engine })));
  for (const { target, scores, at, id, engine } of results.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const measured = measureOf(scores);
    if (measured) found.set(target, { target, ...measured, source: { kind: 'evaluation', evaluationId: id, engine, at } });
  }
  return [...found.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}
