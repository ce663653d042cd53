import type { EntityManager } from 'typeorm';
import {
  ArcFleetError,
  pointerOfRun,
  verificationTargetOf,
  type CreateEvaluation,
  type CreateRun,
  type EvaluationTarget,
  type PinnedDataset,
} from '#contracts';
import { useDataset } from '#persistence';
import { validationError } from '../http/validation.js';

/** A reference that cannot be used is a wrong field. */
async function resolve(manager: EntityManager, ref: string, pointer: string): ReturnType<typeof useDataset> {
  try {
    return await useDataset(manager, ref);
  } catch (error) {
    if (!(error instanceof ArcFleetError) || error.code !== 'dataset_not_found') throw error;
    const fieldErrors = [{ pointer, message: error.message }];
    throw new ArcFleetError(error.code, error.message, { ...error.details, fieldErrors });
  }
}

/**
 * The data set of a run with its reference resolved: folder, kind and the version that it is pinned to. Must run in the transaction that
 * creates the run.
 * @throws ArcFleetError `dataset_not_found`, `validation_failed`, naming the field.
 */
export async function pinDatasetOfRun(manager: EntityManager, run: CreateRun): Promise<Record<string, unknown>> {
  const { ref, ...dataset } = run.dataset;
  if (ref === undefined) return dataset;
  const { facts: _, ...pinned } = await resolve(manager, ref, pointerOfRun(run, '/dataset/ref'));
  if (dataset.kind !== undefined && dataset.kind !== pinned.kind) {
    const message = `must be left out, or ${pinned.kind}: that is what ${pinned.ref} is`;
    throw validationError([{ pointer: pointerOfRun(run, '/dataset/kind'), message }]);
  }
  return { ...dataset, ...pinned };
}

/**
 * Targets of an evaluation with names looked up in the registered data set that it refers to; without targets, all of its sets. Must run
 * in the transaction that creates the evaluation.
 * @throws ArcFleetError `dataset_not_found`, `validation_failed`, naming the field.
 */
export async function pinDatasetOfEvaluation(
  manager: EntityManager,
  { ref, targets }: Pick<CreateEvaluation, 'ref' | 'targets'>,
): Promise<{ readonly targets: readonly (EvaluationTarget | string)[]; readonly dataset?: PinnedDataset }> {
  if (ref === null) return { targets: targets ?? [] };
  const { facts, ...dataset } = await resolve(manager, ref, '/dataset');
  const inside = Object.keys(facts.targets);
  const wanted = targets ?? inside;
  if (wanted.length === 0) {
    throw validationError([{ pointer: '/dataset', message: `has no verification set inside (${dataset.ref}): give targets` }]);
  }
  if (wanted.length > MAX_TARGETS) {
    const message = `is required: ${dataset.ref} has ${wanted.length} verification sets, and an evaluation at most ${MAX_TARGETS}`;
    throw validationError([{ pointer: '/targets', message }]);
  }
  const unknown = wanted.flatMap((each, index) =>
    typeof each === 'string' && !Object.hasOwn(facts.targets, each)
      ? [
          {
            pointer: `/targets/${index}`,
            message: `is no verification set of ${dataset.ref}; it has ${inside.join(', ') || 'none'}`,
          },
        ]
      : [],
  );
  if (unknown.length > 0) throw validationError(unknown);
  const whole = wanted.map((each) => (typeof each === 'string' ? verificationTargetOf(dataset.path, each) : each));
  return { targets: whole, dataset };
}

const MAX_TARGETS = 64;
