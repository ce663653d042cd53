import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ArcFleetError, parseDatasetRef } from '#contracts';
import { isRemote, listVerificationTargets, parseProperty } from '#datasets';
import { DATASET_PRESETS, TRAIN_DEFAULTS, USUAL_TARGETS } from './presets.js';

/** The data set of a command line, as this machine sees it. */
export interface DatasetPlace {
  /** For the name of the model folder. */
  readonly name: string;
  /** Absolute, or `s3://bucket/prefix`. */
  readonly path: string;
  readonly isHere: boolean;
  readonly numClasses: number | null;
  /** Verification sets, the one that decides which model is best last; null: not known here. */
  readonly targets: readonly string[] | null;
  /** Registered with the fleet under this reference, which `path` repeats. */
  readonly ref?: string;
}

/**
 * What `--dataset` means: a preset of train.py, a folder below the data root, a path, or a data set that is registered with the fleet.
 * @param folder folder of the recipe's data set, where `--dataset` was not given
 * @throws ArcFleetError `dataset_not_found` for a name that means nothing; `dataset_invalid` for an unreadable `property`.
 */
export async function findDataset(options: {
  /** Value of `--dataset`; undefined: not given. */
  readonly dataset: string | undefined;
  readonly folder?: string | undefined;
  readonly dataRoot: string;
  readonly workingFolder: string;
  /** The run is submitted to a fleet, which may know the data set by its name. */
  readonly isRemote?: boolean;
}): Promise<DatasetPlace> {
  const place = placeOf(options);
  if ('ref' in place) {
    const { ref } = place;
    return { name: ref.split('@', 1)[0] as string, path: ref, isHere: false, numClasses: null, targets: null, ref };
  }
  const { name, path } = place;
  if (!isFolder(path)) return { name, path, isHere: false, numClasses: null, targets: null };
  return { name, path, isHere: true, numClasses: numClassesOf(path), targets: inUsualOrder(await listVerificationTargets(path)) };
}

function placeOf({
  dataset: given,
  folder,
  dataRoot,
  workingFolder,
  isRemote: isSubmitted = false,
}: Parameters<typeof findDataset>[0]): { name: string; path: string } | { ref: string } {
  const root = resolve(workingFolder, dataRoot);
  if (given === undefined && folder !== undefined) return { name: presetOf(folder) ?? folder, path: join(root, folder) };
  const dataset = given ?? TRAIN_DEFAULTS.dataset;
  if (isRemote(dataset)) return { name: basename(dataset), path: dataset };
  const isPath = /[/\\]/.test(dataset) || dataset === '.' || dataset === '..';
  if (isPath) {
    const path = resolve(workingFolder, dataset);
    return { name: basename(path), path };
  }
  const preset = Object.hasOwn(DATASET_PRESETS, dataset) ? DATASET_PRESETS[dataset] : undefined;
  if (preset) return { name: dataset, path: join(root, preset.folder) };
  const below = join(root, dataset);
  if (isFolder(below)) return { name: dataset, path: below };
  if (isSubmitted && parseDatasetRef(dataset) !== null) return { ref: dataset };
  throw new ArcFleetError(
    'dataset_not_found',
    `There is no data set "${dataset}": no preset (${Object.keys(DATASET_PRESETS).join(', ')}) and no folder ${below}. A path has a slash: ./${dataset}`,
    { dataset },
  );
}

const presetOf = (folder: string): string | undefined =>
  Object.entries(DATASET_PRESETS).find(([, preset]) => preset.folder === folder)?.[0];

/** The sets of train.py come last, in its order, since the last one decides. */
export function inUsualOrder(targets: readonly string[]): string[] {
  const usual = USUAL_TARGETS.filter((target) => targets.includes(target));
  return [...targets.filter((target) => !(usual as readonly string[]).includes(target)), ...usual];
}

function numClassesOf(path: string): number | null {
  const file = join(path, 'property');
  return existsSync(file) ? parseProperty(readFileSync(file, 'utf8'), file).numClasses : null;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What to do about a data set that is not there. */
export function datasetNotFound({ name, path }: DatasetPlace): ArcFleetError {
  const preset = DATASET_PRESETS[name];
  const what = preset ? `${preset.name} (${preset.numClasses} identities, ${preset.numImages} images)` : 'the data set';
  return new ArcFleetError(
    'dataset_not_found',
    `${path} is not there. Put ${what} there, name another place with --data-root or --dataset PATH, or draw a small one: ` +
      `npx arcfleet data make ./datasets/faces, then --dataset faces`,
    { path },
  );
}
