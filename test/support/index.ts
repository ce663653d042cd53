export { freshDatabase, freshRedis } from './servers.js';
export type { Fresh } from './servers.js';
export { TestFleet } from './fleet.js';
export type { WorkerOptions } from './fleet.js';
export { writeTinyDataset } from './tiny-dataset.js';
export type { TinyDataset } from './tiny-dataset.js';
export { aTinyRun } from './run-configs.js';
export { trainLocally } from './train-locally.js';
export type { LocalOutcome } from './train-locally.js';
