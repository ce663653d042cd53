import {
  ArcFleetError,
  evaluationTargetSchema,
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
  const { facts, ...dataset } = await useDataset(manager, ref).catch((error: unknown) => {
    if (!(error instanceof ArcFleetError) || error.code !== 'dataset_not_found') throw error;
    const fieldErrors = [{ pointer: '/dataset', message: error.message }];
    throw new ArcFleetError(error.code, error.message, { ...error.details, fieldErrors });
  });
  const inside = Object.keys(facts.targets);
  const wanted = targets ?? inside;
  if (wanted.length === 0) throw refused('/dataset', `has no verification set inside (${dataset.ref}): give targets`);
  if (wanted.length > MAX_TARGETS) {
    const many = `${dataset.ref} has ${wanted.length} verification sets, and an evaluation at most ${MAX_TARGETS}`;
    throw refused('/targets', `is required: ${many}`);
  }
  const unknown = wanted.findIndex((each) => typeof each === 'string' && !Object.hasOwn(facts.targets, each));
  if (unknown >= 0) {
    throw refused(`/targets/${unknown}`, `is no verification set of ${dataset.ref}; it has ${inside.join(', ') || 'none'}`);
  }
  const whole = wanted.map((each) => (typeof each === 'string' ? verificationTargetOf(dataset.path, each) : each));
  // Names of files as a worker found them: not each can be the name of a target.
  const odd = whole.find((each) => !evaluationTargetSchema.safeParse(each).success);
  if (odd) throw refused('/targets', `is required: ${JSON.stringify(odd.name)} in ${dataset.ref} cannot be a target`);
  return { targets: whole, dataset };
}

function refused(pointer: string, message: string): ArcFleetError {
  return new ArcFleetError('validation_failed', `${pointer}: ${message}`, { fieldErrors: [{ pointer, message }] });
}
