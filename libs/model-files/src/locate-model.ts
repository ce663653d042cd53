import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError, type RunConfig } from '#contracts';

/** Files of a stored model. */
export type ModelLocation =
  /** Description in JSON and weights beside it under the same name, `model.json` and `model.safetensors` in a run's folder. */
  | { readonly kind: 'arcfleet'; readonly description: string; readonly stem: string }
  /** MXNet's parameters. */
  | { readonly kind: 'mxnet'; readonly params: string; /** null: there is none beside them. */ readonly symbol: string | null }
  /** A state dict of arcface_torch: a file of torch.save, or safetensors without a description of ours. */
  | { readonly kind: 'torch'; readonly file: string }
  /** A graph of any tool, which runs as it is. */
  | { readonly kind: 'onnx'; readonly file: string };

const FIRST_EPOCH = 1;
const MODEL_FILE = /\.(?:json|safetensors|params|pth|pt|onnx)$/;
/** Other files that make a folder a model's: what arcface_torch calls its backbones, and a graph. */
const OTHER_FILES = ['model.pt', 'backbone.pth', 'model.onnx', 'model.safetensors'];

/**
 * Finds the files that `pretrained` means: a model's folder; a folder or a prefix with the number of an epoch, as InsightFace
 * has it (`models/y1-softmax-emore` or `models/y1-softmax-emore/model` with epoch 1: `model-0001.*`), where the path may end in
 * `,1`; or one of the files itself. Without a number epoch 1 is tried after the files without one.
 *
 * @throws ArcFleetError `model_not_found` naming what was looked for.
 */
export async function locateModel({ path, epoch: given }: NonNullable<RunConfig['pretrained']>): Promise<ModelLocation> {
  const [, prefix = path, number] = ((await exists(path)) ? null : /^(.+),(\d{1,4})$/.exec(path)) ?? [];
  const epoch = given ?? (number === undefined ? undefined : Number(number));
  if (number !== undefined && Number(number) !== epoch) {
    throw new ArcFleetError('model_not_found', `pretrained.path ends in epoch ${number}, but pretrained.epoch is ${epoch}`, {
      path,
    });
  }
  if (MODEL_FILE.test(prefix) && (await isFile(prefix))) return locationOf(prefix);
  const looked = (await stemsOf(prefix, epoch)).flatMap((stem) => [`${stem}.json`, `${stem}.params`]);
  if (given === undefined) looked.push(...OTHER_FILES.map((name) => join(prefix, name)));
  for (const file of looked) if (await isFile(file)) return locationOf(file);
  throw new ArcFleetError(
    'model_not_found',
    `There is no stored model at ${path}${given === undefined ? '' : ` of epoch ${given}`}: looked for ${looked.join(', ')}. Name its folder, or prefix and epoch, as the workers see them`,
    { path, epoch: epoch ?? null, looked },
  );
}

async function locationOf(file: string): Promise<ModelLocation> {
  if (/\.pth?$/.test(file)) return { kind: 'torch', file };
  if (file.endsWith('.onnx')) return { kind: 'onnx', file };
  if (file.endsWith('.params')) {
    const symbol = `${file.replace(/(?:-\d+)?\.params$/, '')}-symbol.json`;
    return { kind: 'mxnet', params: file, symbol: (await isFile(symbol)) ? symbol : null };
  }
  const stem = file.replace(/\.(?:json|safetensors)$/, '');
  if (file.endsWith('.safetensors') && !(await isFile(`${stem}.json`))) return { kind: 'torch', file };
  return { kind: 'arcfleet', description: `${stem}.json`, stem };
}

/** File names without extension, in the order in which they are tried. */
async function stemsOf(prefix: string, epoch: number | undefined): Promise<string[]> {
  const isFolder = await isDirectory(prefix);
  const base = isFolder ? join(prefix, 'model') : prefix;
  const numbered = (of: number) => `${base}-${String(of).padStart(4, '0')}`;
  if (epoch === undefined) return [base, numbered(FIRST_EPOCH)];
  // A run's own folder has one model, whatever its number.
  return isFolder ? [numbered(epoch), base] : [numbered(epoch)];
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
