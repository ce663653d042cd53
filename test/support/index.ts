export { freshDatabase, freshRedis } from './servers.js';
export type { Fresh } from './servers.js';
