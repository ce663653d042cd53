import {
  evaluationTargetSchema,
  validationError,
  verificationTargetOf,
  type CreateEvaluation,
  type EvaluationTarget,
  type PinnedDataset,
} from '#contracts';
import type { EntityManager } from 'typeorm';
import { useDataset } from './datasets.repository.js';

const MAX_TARGETS = 64;

/** What an evaluation is made of, as far as the data goes. */
export interface EvaluationData {
  readonly targets: readonly (EvaluationTarget | string)[];
  readonly dataset?: PinnedDataset;
}

/**
 * Targets of an evaluation with names looked up in the registered data set that it refers to; without targets, all of its sets. Must run
 * in the transaction that creates the evaluation.
 * @throws ArcFleetError `dataset_not_found`, `validation_failed`, naming the field in `fieldErrors`.
 */
export async function pinEvaluationData(
  manager: EntityManager,
  { ref, targets }: Pick<CreateEvaluation, 'ref' | 'targets'>,
): Promise<EvaluationData> {
  if (ref === null) return { targets: targets ?? [] };
  const { facts, ...dataset } = await useDataset(manager, ref, '/dataset');
  const inside = Object.keys(facts.targets);
  const wanted = targets ?? inside;
  if (wanted.length === 0)
    throw validationError([{ pointer: '/dataset', message: `has no verification set inside (${dataset.ref}): give targets` }]);
  if (wanted.length > MAX_TARGETS) {
    const many = `${dataset.ref} has ${wanted.length} verification sets, and an evaluation at most ${MAX_TARGETS}`;
    throw validationError([{ pointer: '/targets', message: `is required: ${many}` }]);
  }
  const message = `is no verification set of ${dataset.ref}; it has ${inside.join(', ') || 'none'}`;
  const unknown = wanted.flatMap((each, index) =>
    typeof each === 'string' && !Object.hasOwn(facts.targets, each) ? [{ pointer: `/targets/${index}`, message }] : [],
  );
  if (unknown.length > 0) throw validationError(unknown);
  const whole = wanted.map((each) => (typeof each === 'string' ? verificationTargetOf(dataset.path, each) : each));
  // Names of files as a worker found them: not each can be the name of a target.
  const odd = whole.find((each) => !evaluationTargetSchema.safeParse(each).success);
  if (odd) {
    const message = `is required: ${JSON.stringify(odd.name)} in ${dataset.ref} cannot be a target`;
    throw validationError([{ pointer: '/targets', message }]);
  }
  return { targets: whole, dataset };
}
