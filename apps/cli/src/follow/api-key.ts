import { readFileSync } from 'node:fs';
import type { CliConfig } from '../config.js';

/** True for an API on this machine. */
export function isLocal(apiUrl: string): boolean {
  if (!URL.canParse(apiUrl)) return false;
  const { hostname } = new URL(apiUrl);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** What lies in a key file; undefined: nothing. */
export function readKeyFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The key for an API: `ARCFLEET_API_KEY`, or the one that `npm run up` keeps. That one is sent to this machine only: another host
 * has no business with it.
 */
export function apiKeyFor({ apiKey, apiKeyFile }: Pick<CliConfig, 'apiKey' | 'apiKeyFile'>, apiUrl: string): string | undefined {
  return apiKey ?? (isLocal(apiUrl) ? readKeyFile(apiKeyFile) : undefined);
}
