import type { EntityManager } from 'typeorm';
import { pointerOfRun, validationError, type CreateRun } from '#contracts';
import { useDataset } from '#persistence';

/**
 * The data set of a run with its reference resolved: folder, kind and the version that it is pinned to. Must run in the transaction that
 * creates the run.
 * @throws ArcFleetError `dataset_not_found`, `validation_failed`, naming the field.
 */
export async function pinDatasetOfRun(manager: EntityManager, run: CreateRun): Promise<Record<string, unknown>> {
  const { ref, ...dataset } = run.dataset;
  if (ref === undefined) return dataset;
  const { facts: _, ...pinned } = await useDataset(manager, ref, pointerOfRun(run, '/dataset/ref'));
  if (dataset.kind !== undefined && dataset.kind !== pinned.kind) {
    const message = `must be left out, or ${pinned.kind}: that is what ${pinned.ref} is`;
    throw validationError([{ pointer: pointerOfRun(run, '/dataset/kind'), message }]);
  }
  return { ...dataset, ...pinned };
}
