/** How ML libraries report without knowing who listens: handed in, never imported. */
export interface Observer {
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
}

export const silentObserver: Observer = { log: () => undefined };
