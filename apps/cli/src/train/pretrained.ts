import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { ArcFleetError, NETWORK_NAMES, NETWORKS, parseModelRef, type NetworkName } from '#contracts';
import type { ModelLocation } from '#model-files';
import { shellWord } from './shell-word.js';
import { localPath } from '../local-path.js';

/** A stored model as `--pretrained` names it. */
export interface PretrainedModel {
  /** Absolute. */
  readonly path: string;
  /** Number in the file name, where the path is a prefix of files; undefined: it is a folder or one of the files. */
  readonly epoch?: number;
  /** Network that its weights belong to; null: not known. */
  readonly network: NetworkName | null;
  /** False: not on this machine. */
  readonly isHere: boolean;
  /** Stored by the fleet under this reference, which `path` repeats. */
  readonly ref?: string;
}

const FORMATS = ['.json', '.safetensors', '.params'];

/** `model-0001` of the prefix `model`. */
export function numbered(prefix: string, epoch: number): string {
  return `${prefix}-${String(epoch).padStart(4, '0')}`;
}

/**
 * Finds the model that `prefix,epoch` of the MXNet trainers means: files `prefix-0001.params` (or `.safetensors`), or the same inside
 * a folder, `folder/model-0001.*`; or a folder that a run stored; or one of the files itself. Ranks find the same one. Where a fleet
 * trains, `mdl_...`, `name@alias` and `name@version` are models that it has stored, unless there is a file of that name here.
 *
 * @param text PATH or PATH,EPOCH; an epoch in it counts more than `epoch`
 * @throws ArcFleetError `validation_failed` when two different epochs are given.
 */
export async function findPretrained(
  text: string,
  { epoch, workingFolder, isRemote = false }: { epoch?: number; workingFolder: string; isRemote?: boolean },
): Promise<PretrainedModel> {
  if (isRemote && parseModelRef(text) !== null && !existsSync(resolve(workingFolder, text))) {
    return { path: text, network: null, isHere: false, ref: text };
  }
  const [, path = text, own] = /^(.*?)(?:,(\d{1,4}))?$/s.exec(text) ?? [];
  if (own !== undefined && epoch !== undefined && Number(own) !== epoch) {
    throw new ArcFleetError('validation_failed', `--pretrained ${text} names epoch ${own}, --pretrained-epoch ${epoch}`);
  }
  const number = own === undefined ? epoch : Number(own);
  const place = localPath(workingFolder, path, 'a model');
  // It brings the tensor libraries along, which nobody waits for who names no model.
  const { locateModel } = await import('#model-files');
  try {
    return found(place, await locateModel({ path: place, epoch: number, newOutput: false }));
  } catch (error) {
    if (!(error instanceof ArcFleetError) || error.code !== 'model_not_found') throw error;
    return missing(place, number);
  }
}

function stemOf(location: ModelLocation): string {
  if (location.kind === 'arcfleet') return location.stem;
  return location.kind === 'mxnet' ? location.params.replace(/\.params$/, '') : location.file;
}

/** The same model in the way that names it best: prefix and epoch where its files are numbered. */
function found(place: string, location: ModelLocation): PretrainedModel {
  const stem = stemOf(location);
  const network = networkOf(`${stem}.json`, dirname(stem));
  if (location.kind === 'torch' || location.kind === 'onnx') return { path: location.file, network, isHere: true };
  // A file is meant as it is: beside it there may be one of the other format.
  if (statSync(place, { throwIfNoEntry: false })?.isFile()) return { path: place, network, isHere: true };
  const [, prefix, epoch] = /^(.+)-(\d{4})$/.exec(stem) ?? [];
  if (prefix !== undefined) return { path: prefix, epoch: Number(epoch), network, isHere: true };
  return { path: basename(stem) === 'model' ? dirname(stem) : `${stem}.json`, network, isHere: true };
}

function missing(place: string, epoch: number | undefined): PretrainedModel {
  if (FORMATS.includes(extname(place))) return { path: place, network: networkOfFolder(dirname(place)), isHere: false };
  const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const prefix = isFolder || networkOfFolder(place) !== null ? join(place, 'model') : place;
  return { path: prefix, epoch: epoch ?? 1, network: networkOfFolder(dirname(prefix)), isHere: false };
}

/** By what the model says of itself, else by the folder's name, `<network>-<loss>-<dataset>`. */
function networkOf(description: string, folder: string): NetworkName | null {
  try {
    const { network } = JSON.parse(readFileSync(description, 'utf8')) as { network?: unknown };
    if (isNetwork(network)) return network;
  } catch {
    // no description, as where MXNet wrote the model
  }
  return networkOfFolder(folder);
}

function networkOfFolder(folder: string): NetworkName | null {
  const name = basename(folder).split('-')[0];
  return isNetwork(name) ? name : null;
}

function isNetwork(name: unknown): name is NetworkName {
  return (NETWORK_NAMES as readonly unknown[]).includes(name);
}

/**
 * Refuses a stored model of another network. The README of InsightFace pairs network mnas05 with a y1 model, which cannot work.
 * @param args the command line, from which the one that works is made
 * @throws ArcFleetError `model_mismatch`, with the command that does work.
 */
export function checkPretrainedNetwork(
  model: PretrainedModel,
  network: NetworkName,
  text: string,
  args: readonly string[],
): void {
  if (model.network === null || model.network === network) return;
  const describe = (name: NetworkName) => `${name} (${NETWORKS[name].description})`;
  throw new ArcFleetError(
    'model_mismatch',
    `${text} is a model of ${describe(model.network)}: its weights have no place in ${describe(network)}, which has other layers.\n` +
      `Train on with its own network:\n  npx arcfleet ${withNetwork(args, model.network).map(shellWord).join(' ')}`,
    { path: model.path, stored: model.network, wanted: network },
  );
}

/** The command line with another network. */
function withNetwork(args: readonly string[], network: NetworkName): string[] {
  const isNetworkOption = (arg: string | undefined) => arg === '--network' || arg?.startsWith('--network=');
  const rest = args.filter((arg, index) => !isNetworkOption(arg) && args[index - 1] !== '--network');
  return ['train', '--network', network, ...rest.filter((arg, index) => index > 0 || arg !== 'train')];
}

/** What to say of a model that is not there. */
export function pretrainedNotFound({ path, epoch }: PretrainedModel, text: string): ArcFleetError {
  const files = epoch === undefined ? path : `${numbered(path, epoch)}.safetensors (or .params)`;
  return new ArcFleetError('model_not_found', `There is no model ${text}: looked for ${files}`, { path });
}
