export type { Embedder, EmbedderDescription } from './embedder.js';
export { locateModel } from './locate-model.js';
export type { ModelLocation } from './locate-model.js';
export { openOwnEmbedder } from './open-own-embedder.js';
export { readPretrained } from './read-pretrained.js';
export type { BackboneValues } from './read-pretrained.js';
