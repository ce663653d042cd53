import type { Engine } from '#engine';
import type { Embedder } from './embedder.js';
import { createNativeEmbedder } from './native-embedder.js';
import { readModel, type ModelHints } from './read-model.js';

export interface OpenEmbedderOptions {
  /** Computes networks of the catalog. */
  readonly engine: Engine;
  /** What the file may not say: network, size of the input, ... */
  readonly hints?: ModelHints;
}

/**
 * Opens a model of any readable format for use.
 *
 * @param path as people name models: a folder, a file, or a prefix with an epoch (`.../model,1`)
 * @throws ArcFleetError `model_not_found`, `checkpoint_corrupt`, `pickle_refused`, `model_mismatch`.
 */
export async function openEmbedder(path: string, { engine, hints = {} }: OpenEmbedderOptions): Promise<Embedder> {
  return createNativeEmbedder(await readModel(path, hints), engine);
}
