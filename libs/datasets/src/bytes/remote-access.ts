export type { RemoteAccess } from '#contracts';

export const DEFAULT_CACHE_BYTES = 20 * 2 ** 30;
