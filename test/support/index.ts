export { freshDatabase, freshRedis } from './servers.js';
export type { Fresh } from './servers.js';
export { TestFleet } from './fleet.js';
export type { WorkerOptions } from './fleet.js';
