import type { OutputName } from '#contracts';

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
  /** Of that file, where opening it has computed it. */
  readonly sha256?: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Row-major. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}
