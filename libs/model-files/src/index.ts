export type { Embedder, EmbedderDescription } from './embedder.js';
export type { BackboneValues } from './backbone-values.js';
export { locateModel } from './locate-model.js';
export type { ModelLocation } from './locate-model.js';
export { writeOwnModel } from './own-model.js';
export { readModel } from './read-model.js';
export type { ModelHints, ReadModel } from './read-model.js';
export { readPretrained } from './read-pretrained.js';
export { writeTorchSafetensors } from './torch/write-torch.js';
