import { ArcFleetError, type DatasetKind } from '#contracts';
import { openFacesEmore } from './faces-emore.js';
import type { OpenTrainingSet, TrainingSet } from './training-set.js';

/** Every kind of data set that a configuration may name (`DATASET_KINDS` of the contracts). */
export const DATASET_REGISTRY: Record<DatasetKind, OpenTrainingSet> = {
  faces_emore: openFacesEmore,
};

/** Opens a data set by kind. Throws `dataset_not_found`, `dataset_corrupt` or `dataset_invalid`. */
export async function openTrainingSet(dataset: { kind: DatasetKind; path: string }): Promise<TrainingSet> {
  if (!Object.hasOwn(DATASET_REGISTRY, dataset.kind)) {
    const known = Object.keys(DATASET_REGISTRY).join(', ');
    throw new ArcFleetError('dataset_invalid', `There is no data set kind "${dataset.kind}"; known: ${known}`, {
      kind: dataset.kind,
    });
  }
  return DATASET_REGISTRY[dataset.kind](dataset.path);
}
