import type { OutputName } from '#contracts';
import type { ModelLocation } from './locate-model.js';
import { openMxnetModel } from './mxnet/mxnet-model.js';
import { openOwnModel } from './own-model.js';
import { openTorchModel } from './torch/torch-model.js';

/** What a network is beside its name, as far as the model says: older ones name the embedding size alone. */
export interface StoredOptions {
  readonly embeddingSize?: number | undefined;
  readonly output?: OutputName | undefined;
  readonly squeezeExcitation?: boolean | undefined;
  readonly dropout?: number | undefined;
  readonly pixelScale?: number | undefined;
  /** null: as the network was designed. */
  readonly epsilon?: number | null | undefined;
  /** Pixels of the input, where the model says them. */
  readonly height?: number | undefined;
  readonly width?: number | undefined;
}

/** Tensors of a stored model under the names of the network's parameters and running statistics. */
export interface StoredModel {
  /** The file that names it to people. */
  readonly path: string;
  /** null: the file does not say. */
  readonly network: string | null;
  readonly options: StoredOptions;
  readonly format: 'arcfleet' | 'mxnet' | 'torch';
  /** Order of the axes of weights: ours has channels last, those of MXNet and PyTorch first. */
  readonly order: 'channelsLast' | 'channelsFirst';
  /** Holds the weights. */
  readonly weights: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Row-major. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens a model; what its description says of the weights is held to their checksum first.
 *
 * @throws ArcFleetError `checkpoint_corrupt` or `pickle_refused` naming the file; `model_mismatch` for layers that no network of
 *   the catalog has.
 */
export async function openStoredModel(location: ModelLocation): Promise<StoredModel> {
  switch (location.kind) {
    case 'arcfleet':
      return openOwnModel(location);
    case 'mxnet':
      return openMxnetModel(location);
    case 'torch':
      return openTorchModel(location.file);
  }
}
