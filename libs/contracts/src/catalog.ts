/**
 * Names that a configuration may use, with what the API must know about them without loading a tensor library. The
 * registries in model-zoo, losses, engine and datasets hold the implementations; a test in each holds both lists equal.
 */
export interface NetworkFacts {
  readonly embeddingSize: number;
  /** Layers between the last feature map and the embedding, when the configuration names none. */
  readonly output: OutputName;
  /** Drop rate inside the output layers that have dropout, when the configuration names none. */
  readonly dropout: number;
  readonly description: string;
}

/** Output layers by InsightFace's codes (insightface.md 4.1). */
export const OUTPUTS = ['E', 'FC', 'F', 'G', 'H', 'I', 'J', 'Z', 'GDC', 'GAP', 'GNAP', 'SFC'] as const;
export type OutputName = (typeof OUTPUTS)[number];

export const NETWORKS = {
  r18: { embeddingSize: 512, output: 'E', dropout: 0.4, description: 'LResNet18E-IR: IR units 2-2-2-2' },
  r34: { embeddingSize: 512, output: 'E', dropout: 0.4, description: 'LResNet34E-IR: IR units 3-4-6-3' },
  r50: { embeddingSize: 512, output: 'E', dropout: 0.4, description: 'LResNet50E-IR: IR units 3-4-14-3' },
  r50v1: { embeddingSize: 512, output: 'E', dropout: 0.4, description: 'LResNet50E with units of version 1' },
  r100: { embeddingSize: 512, output: 'E', dropout: 0.4, description: 'LResNet100E-IR: IR units 3-13-30-3' },
  r200: { embeddingSize: 512, output: 'E', dropout: 0, description: "arcface_torch's r200: IR units 6-26-60-6" },
  y1: { embeddingSize: 128, output: 'GDC', dropout: 0, description: 'MobileFaceNet, blocks 1-4-6-2 (InsightFace y1)' },
  y2: { embeddingSize: 256, output: 'GDC', dropout: 0, description: 'MobileFaceNet, blocks 2-8-16-4 (InsightFace y2)' },
  mbf: { embeddingSize: 512, output: 'GDC', dropout: 0, description: "arcface_torch's MobileFaceNet, scale 2" },
  m1: { embeddingSize: 256, output: 'GDC', dropout: 0, description: 'MobileNet v1, multiplier 1' },
  m05: { embeddingSize: 256, output: 'GDC', dropout: 0, description: 'MobileNet v1, multiplier 0.5' },
  mnas: { embeddingSize: 256, output: 'GDC', dropout: 0, description: 'MNASNet, multiplier 1' },
  mnas05: { embeddingSize: 256, output: 'GDC', dropout: 0, description: 'MNASNet, multiplier 0.5' },
  mnas025: { embeddingSize: 256, output: 'GDC', dropout: 0, description: 'MNASNet, multiplier 0.25' },
  vargfacenet: { embeddingSize: 512, output: 'J', dropout: 0, description: 'VarGFaceNet, multiplier 1.25' },
  d169: { embeddingSize: 512, output: 'E', dropout: 0, description: 'DenseNet-169' },
  d201: { embeddingSize: 512, output: 'E', dropout: 0, description: 'DenseNet-201' },
  tiny: {
    embeddingSize: 128,
    output: 'GDC',
    dropout: 0,
    description: 'Small residual network with batch norm for tests and the demo; not a published one',
  },
} as const satisfies Record<string, NetworkFacts>;

export const DATASET_KINDS = ['faces_emore', 'image_folder'] as const;
export const ENGINES = ['tensorflow', 'wasm', 'cpu'] as const;

export type NetworkName = keyof typeof NETWORKS;
export type DatasetKind = (typeof DATASET_KINDS)[number];
export type EngineName = (typeof ENGINES)[number];

export const NETWORK_NAMES = Object.keys(NETWORKS) as [NetworkName, ...NetworkName[]];

/** Networks that are trained with other epsilons by MXNet and by PyTorch; the others have the ones that they were designed with. */
export function acceptsEpsilon(name: string): boolean {
  return /^(?:r\d|y[12]$|mbf$)/.test(name);
}

/** The networks of residual units (r...) may have squeeze-and-excitation. */
export function acceptsSqueezeExcitation(name: string): boolean {
  return /^r\d/.test(name);
}
