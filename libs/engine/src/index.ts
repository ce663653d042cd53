export type { Engine, EngineStatus } from './engine.js';
export type { EngineOptions } from './backends/backend.js';
export {
  ADDON_FILE,
  engineFolder,
  LIBRARY_FILES,
  MANIFEST_FILE,
  readInstallation,
  TENSORFLOW_VERSION,
  tensorFlowFolder,
  TFJS_NODE,
  tfjsNodeVersion,
} from './backends/tensorflow/installation.js';
export type { TensorFlowManifest, TensorFlowVariant } from './backends/tensorflow/installation.js';
export { engineStatuses, startEngine } from './start-engine.js';
export { tf } from './tf.js';
export { isRecording, vjp } from './vjp.js';
export type { ValueWithAux, Vjp } from './vjp.js';
export { adamwUpdate } from './ops/adamw.js';
export type { AdamWOptions } from './ops/adamw.js';
export { batchNormInference, batchNormTrain } from './ops/batch-norm.js';
export type { BatchNormTrain } from './ops/batch-norm.js';
export { conv2d } from './ops/conv2d.js';
export { dense } from './ops/dense.js';
export { depthwiseConv2d } from './ops/depthwise-conv2d.js';
export { clipByGlobalNorm, globalNorm } from './ops/global-norm.js';
export { groupedConv2d } from './ops/grouped-conv2d.js';
export { l2NormalizeRows } from './ops/l2-normalize-rows.js';
export { movingAverageUpdate } from './ops/moving-average.js';
export { averagePool2d, maxPool2d } from './ops/pooling.js';
export { prelu } from './ops/prelu.js';
export { relu } from './ops/relu.js';
export { sgdMomentumUpdate } from './ops/sgd-momentum.js';
export type { SgdMomentumOptions } from './ops/sgd-momentum.js';
