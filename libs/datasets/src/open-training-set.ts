import { ArcFleetError, type DatasetKind } from '#contracts';
import { openFacesEmore } from './faces-emore.js';
import { openImageFolder } from './image-folder/image-folder.js';
import type { RemoteAccess } from './bytes/remote-access.js';
import type { OpenTrainingSet, TrainingSet } from './training-set.js';

/** Every kind of data set that a configuration may name (`DATASET_KINDS` of the contracts). */
export const DATASET_REGISTRY: Record<DatasetKind, OpenTrainingSet> = {
  faces_emore: openFacesEmore,
  image_folder: openImageFolder,
};

/** What names a data set: the part `dataset` of a run's configuration. */
export interface DatasetAddress {
  readonly kind: DatasetKind;
  readonly path: string;
  readonly height?: number | undefined;
  readonly width?: number | undefined;
}

/**
 * Opens a data set by kind; `access` says how `s3://` paths are reached and where the cache lies.
 * Throws `dataset_not_found`, `dataset_corrupt`, `dataset_invalid`, `storage_unavailable` or `dataset_changed`.
 */
export async function openTrainingSet(dataset: DatasetAddress, access?: RemoteAccess): Promise<TrainingSet> {
  const { kind, path, height, width } = dataset;
  if (!Object.hasOwn(DATASET_REGISTRY, kind)) {
    const known = Object.keys(DATASET_REGISTRY).join(', ');
    throw new ArcFleetError('dataset_invalid', `There is no data set kind "${kind}"; known: ${known}`, { kind });
  }
  return DATASET_REGISTRY[kind](path, {
    ...(access === undefined ? {} : { access }),
    ...(height === undefined ? {} : { height }),
    ...(width === undefined ? {} : { width }),
  });
}
