/**
 * Names that a configuration may use, with what the API must know about them without loading a tensor library. The
 * registries in model-zoo, losses, engine and datasets hold the implementations; a test in each holds both lists equal.
 */
export interface NetworkFacts {
  readonly embeddingSize: number;
  readonly description: string;
}

export const NETWORKS = {
  y1: { embeddingSize: 128, description: 'MobileFaceNet, blocks 1-4-6-2, GDC output (InsightFace y1)' },
  tiny: { embeddingSize: 128, description: 'Small residual network with batch norm for tests and the demo' },
} as const satisfies Record<string, NetworkFacts>;

export const LOSSES = ['arcface'] as const;
export const OPTIMIZERS = ['sgd'] as const;
export const LR_SCHEDULES = ['steps'] as const;
export const DATASET_KINDS = ['faces_emore'] as const;
export const ENGINES = ['tensorflow', 'wasm', 'cpu'] as const;

export type NetworkName = keyof typeof NETWORKS;
export type LossName = (typeof LOSSES)[number];
export type OptimizerName = (typeof OPTIMIZERS)[number];
export type LrScheduleName = (typeof LR_SCHEDULES)[number];
export type DatasetKind = (typeof DATASET_KINDS)[number];
export type EngineName = (typeof ENGINES)[number];

export const NETWORK_NAMES = Object.keys(NETWORKS) as [NetworkName, ...NetworkName[]];
