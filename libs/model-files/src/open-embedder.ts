import type { Engine } from '#engine';
import type { Embedder } from './embedder.js';
import { locateModel } from './locate-model.js';
import { createNativeEmbedder } from './native-embedder.js';
import { openOnnxEmbedder } from './onnx/onnx-embedder.js';
import { readModel, type ModelHints } from './read-model.js';

export interface OpenEmbedderOptions {
  /** Computes networks of the catalog; ONNX graphs run on onnxruntime with as many threads. */
  readonly engine: Engine;
  /** What the file may not say: network, size of the input, ... */
  readonly hints?: ModelHints;
}

/**
 * Opens a model of any readable format for use.
 *
 * @param path as people name models: a folder, a file, or a prefix with an epoch (`.../model,1`)
 * @throws ArcFleetError `model_not_found`, `checkpoint_corrupt`, `pickle_refused`, `model_mismatch`, `model_refused`.
 */
export async function openEmbedder(path: string, { engine, hints = {} }: OpenEmbedderOptions): Promise<Embedder> {
  const location = await locateModel({ path, newOutput: false });
  if (location.kind !== 'onnx') return createNativeEmbedder(await readModel(path, hints), engine);
  const { height, width } = hints;
  const size = height !== undefined && width !== undefined ? { height, width } : undefined;
  return openOnnxEmbedder(location.file, { threads: engine.threads, size });
}
