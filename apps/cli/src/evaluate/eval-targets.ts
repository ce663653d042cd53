import { existsSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { ArcFleetError, parseDatasetRef, type CreateEvaluationInput, type EvaluationTarget } from '#contracts';
import { isRemote, listVerificationTargets, verificationPath, type RemoteAccess } from '#datasets';
import { localPath } from '../local-path.js';

export interface TargetFlags {
  /** Names of sets in the data set's folder, `.bin` files, pairs files. */
  readonly targets?: string;
  readonly dataset?: string;
  /** Root of the images that pairs files name. */
  readonly images?: string;
  readonly probes?: string;
  readonly distractors?: string;
  readonly ijb?: string;
}

/** Where paths start and how they are reached. */
export interface Surroundings {
  readonly workingFolder: string;
  readonly access: RemoteAccess;
  /** The files are opened on this machine. */
  readonly isHere: boolean;
}

/**
 * The verification sets of a data set that is registered with the fleet: those that `--targets` names, else all. A folder of that name
 * comes first.
 * @returns null where `--dataset` is no reference
 * @throws ArcFleetError `config_invalid` beside options for files.
 */
export function registeredData(
  workingFolder: string,
  { dataset, targets, images, probes, distractors, ijb }: TargetFlags,
): Pick<CreateEvaluationInput, 'dataset' | 'targets'> | null {
  if (dataset === undefined || parseDatasetRef(dataset) === null || existsSync(resolve(workingFolder, dataset))) return null;
  const names = targets?.split(',').filter((part) => part !== '');
  const isFile = (text: string): boolean => /[/\\]|\.(?:bin|txt)$/.test(text);
  if ([images, probes, distractors, ijb].some((each) => each !== undefined) || names?.some(isFile)) {
    throw new ArcFleetError(
      'config_invalid',
      `--dataset ${dataset} is a registered data set, whose verification sets are evaluated on: give other files with a command of their own, or the folder itself (./${dataset})`,
    );
  }
  return names === undefined || names.length === 0 ? { dataset } : { dataset, targets: names };
}

/**
 * What the options of `eval` mean, with absolute paths.
 * @throws ArcFleetError `config_invalid` for what cannot be meant, `dataset_not_found` for a set that is not there.
 */
export async function evalTargets(flags: TargetFlags, surroundings: Surroundings): Promise<EvaluationTarget[]> {
  const { workingFolder, access, isHere } = surroundings;
  const place = (path: string): string => placeOf(workingFolder, path);
  const folder = flags.dataset === undefined ? undefined : place(flags.dataset);
  const targets: EvaluationTarget[] = [];
  const listed = flags.targets?.split(',').filter((part) => part !== '');
  if (!isHere && listed === undefined && folder !== undefined && !isRemote(folder)) {
    const message = `${folder} is a folder of the workers, which cannot be listed from here: name its sets (--targets lfw,cfp_fp)`;
    throw new ArcFleetError('config_invalid', message, { file: folder });
  }
  for (const text of listed ?? (folder === undefined ? [] : await listVerificationTargets(folder, access))) {
    targets.push(verificationTarget(text, { ...surroundings, folder, images: flags.images }));
  }
  const { probes, distractors, ijb } = flags;
  if ((probes === undefined) !== (distractors === undefined)) {
    throw new ArcFleetError('config_invalid', '--probes and --distractors belong together: a search needs both');
  }
  if (probes !== undefined && distractors !== undefined) {
    const paths = { probes: place(probes), distractors: place(distractors) };
    targets.push({ protocol: 'identification', name: nameOf(probes), ...paths });
  }
  if (ijb !== undefined)
    targets.push({ protocol: 'templates', name: nameOf(ijb), path: localPath(workingFolder, ijb, 'an IJB folder') });
  if (targets.length === 0) {
    throw new ArcFleetError(
      'config_invalid',
      'There is nothing to evaluate on. Name verification sets (--dataset DIR, with --targets lfw,cfp_fp for some of them; or --targets FILE.bin), a search (--probes DIR --distractors DIR) or an IJB folder (--ijb DIR)',
    );
  }
  return targets;
}

function verificationTarget(
  text: string,
  { folder, images, workingFolder, isHere }: Surroundings & { folder: string | undefined; images: string | undefined },
): EvaluationTarget {
  const isFile = /[/\\]|\.(?:bin|txt)$/.test(text);
  if (!isFile) {
    if (folder === undefined) {
      throw new ArcFleetError(
        'config_invalid',
        `--targets ${text} is the name of a set: say in which folder it lies (--dataset DIR)`,
      );
    }
    return { protocol: 'verification', name: text, path: found(verificationPath(folder, text), isHere) };
  }
  const path = found(placeOf(workingFolder, text), isHere);
  if (extname(path) !== '.txt') return { protocol: 'verification', name: nameOf(path), path };
  if (images === undefined) {
    throw new ArcFleetError('config_invalid', `${text} lists pairs of image files: say where those lie (--images DIR)`);
  }
  return { protocol: 'verification', name: nameOf(path), path, images: placeOf(workingFolder, images) };
}

function found(path: string, isHere: boolean): string {
  if (isHere && !isRemote(path) && !existsSync(path))
    throw new ArcFleetError('dataset_not_found', `There is no verification set ${path}`, { file: path });
  return path;
}

const placeOf = (workingFolder: string, path: string): string => (isRemote(path) ? path : resolve(workingFolder, path));

/** A target's name as the configuration allows it. */
function nameOf(path: string): string {
  const name = basename(path, extname(path)).replace(/[^A-Za-z0-9_.-]/g, '_');
  return /^[A-Za-z0-9]/.test(name) ? name.slice(0, 64) : `set${name}`.slice(0, 64);
}

/** Where plots of a target go. */
export const rocFile = (folder: string, target: string): string => join(folder, `${target}.roc.csv`);
