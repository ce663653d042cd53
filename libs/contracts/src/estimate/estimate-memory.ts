import { isTripletLoss } from '../run-config/loss.js';
import type { RunConfig } from '../run-config/run-config.js';
import { NETWORK_SIZES, SIZES_INPUT } from './network-sizes.js';

const FLOAT = 4;
/** The head's own limits; a spec of `losses` holds them to it. */
export const HEAD_LIMITS = { chunkRows: 1024, keptLogitsBytes: 256 * 1024 * 1024 } as const;
/** Tensors of one chunk's logits that live at once while it is worked on. */
const CHUNK_COPIES = 4;
/** The global batch's embeddings: as gathered, of unit length, twice on the engine, their gradient there and on the host. */
const FEATURE_COPIES = 6;

/** Bytes of one rank, the one with the most classes; null: not known. */
export interface RankMemory {
  readonly backboneParameters: number | null;
  readonly backboneGradients: number | null;
  readonly backboneOptimizer: number | null;
  /** Of `model.emaDecay`. */
  readonly backboneAverage: number | null;
  /** The rank's rows of W. */
  readonly classCenters: number | null;
  readonly classCentersOptimizer: number | null;
  /** Rows that a step samples, beside all of them. */
  readonly sampledCenters: number | null;
  readonly logits: number | null;
  /** Embeddings of the whole batch, which every rank has, and their gradients. */
  readonly exchangedFeatures: number | null;
  readonly images: number | null;
  /** Tensors of the forward and backward pass at their most. */
  readonly activations: number | null;
  /** null when a part is not known. The process itself, buffers inside single operations and verification come on top: see docs/api.md. */
  readonly total: number | null;
}

/** Parameters of a backbone at its embedding size and output, for faces of 112 x 112; null: not tabulated for these. */
export function backboneParameters({ name, output, embeddingSize, squeezeExcitation }: BackboneConfig): number | null {
  const { parameters, squeezeExcitationParameters } = NETWORK_SIZES[name];
  const counted: readonly [number, number] | undefined = parameters[output];
  if (counted === undefined) return null;
  const [fixed, perValue] = counted;
  return fixed + perValue * embeddingSize + (squeezeExcitation ? squeezeExcitationParameters : 0);
}
type BackboneConfig = Pick<RunConfig['network'], 'name' | 'squeezeExcitation'> & {
  readonly output: RunConfig['network']['output'];
  readonly embeddingSize: number;
};

/**
 * Memory that one rank of `worldSize` needs to train, part by part.
 * @param identities classes of the data set; null: not known
 */
export function estimateMemory(config: RunConfig, worldSize: number, identities: number | null): RankMemory {
  const { network, batch, optimizer, model, loss } = config;
  const { globalBatchSize, accumulationSteps } = batch;
  const count = hasOtherSize(config) ? null : backboneParameters(network);
  const states = optimizer.name === 'adamw' ? 2 : 1;
  const times = (factor: number): number | null => count && count * FLOAT * factor;
  const isTrained = network.frozen ? 0 : 1;
  const { activationBytesPerImage, activationBytesOnce } = NETWORK_SIZES[network.name];
  const numImages = globalBatchSize / (worldSize * accumulationSteps);
  const { height, width } = SIZES_INPUT;
  const embeddings = isTripletLoss(loss) ? loss.bagSize : globalBatchSize;
  const parts = {
    backboneParameters: times(1),
    backboneGradients: times(isTrained),
    backboneOptimizer: times(isTrained * states),
    backboneAverage: times(model.emaDecay === null || network.frozen ? 0 : 1),
    ...headMemory(config, worldSize, identities, states),
    exchangedFeatures: FEATURE_COPIES * FLOAT * embeddings * network.embeddingSize,
    images: hasOtherSize(config) ? null : FLOAT * 3 * height * width * numImages,
    // Nothing is kept of a frozen backbone; what its forward pass holds at its widest is not tabulated.
    activations: hasOtherSize(config) ? null : network.frozen ? 0 : activationBytesOnce + activationBytesPerImage * numImages,
  };
  const values: (number | null)[] = Object.values(parts);
  return { ...parts, total: values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0) };
}

type HeadMemory = Pick<RankMemory, 'classCenters' | 'classCentersOptimizer' | 'sampledCenters' | 'logits'>;

function headMemory(
  { loss, classSampling, network, batch }: RunConfig,
  worldSize: number,
  identities: number | null,
  states: number,
): HeadMemory {
  if (isTripletLoss(loss)) return { classCenters: 0, classCentersOptimizer: 0, sampledCenters: 0, logits: 0 };
  if (identities === null) return { classCenters: null, classCentersOptimizer: null, sampledCenters: null, logits: null };
  const perClass = 'subCenters' in loss ? loss.subCenters : 1;
  const width = network.embeddingSize + (loss.name === 'softmax' && loss.bias ? 1 : 0);
  const rowBytes = FLOAT * perClass * width;
  const isSampled = classSampling.name !== 'none';
  const classes = Math.ceil(identities / worldSize);
  const inStep = isSampled
    ? Math.min(
        classes,
        Math.ceil(Math.max(classSampling.rate * identities, Math.min(batch.globalBatchSize, identities)) / worldSize),
      )
    : classes;
  const rows = inStep * perClass;
  const kept = FLOAT * batch.globalBatchSize * rows;
  const chunk = CHUNK_COPIES * FLOAT * batch.globalBatchSize * Math.min(rows, HEAD_LIMITS.chunkRows);
  return {
    classCenters: classes * rowBytes,
    classCentersOptimizer: classes * rowBytes * states,
    sampledCenters: isSampled ? inStep * rowBytes : 0,
    logits: chunk + (kept <= HEAD_LIMITS.keptLogitsBytes ? kept : 0),
  };
}

/** The table is for faces of 112 x 112; a recorded set says its size only where it is read, and has that one as a rule. */
function hasOtherSize({ dataset: { height, width } }: RunConfig): boolean {
  return (height ?? SIZES_INPUT.height) !== SIZES_INPUT.height || (width ?? SIZES_INPUT.width) !== SIZES_INPUT.width;
}
