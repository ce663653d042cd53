/** Most requests a minute; 0: as many as come. */
export interface RateLimitSettings {
  /** Of one key, requests that change nothing. */
  readonly read: number;
  /** Of one key, all others. */
  readonly write: number;
  /** Of one address, requests without a valid key. */
  readonly refused: number;
  /** Of one address, requests to what is open to everybody. */
  readonly open: number;
}

/** Who may ask the API, and how much. */
export interface AccessSettings {
  /** `none`: everybody may do everything; only where nobody but this machine can ask. */
  readonly auth: 'keys' | 'none';
  readonly rateLimits: RateLimitSettings;
  /** Most streams of events and logs that a key may have open in one process; 0: as many as it likes. */
  readonly streamsPerKey: number;
  /** Origins whose pages may read answers. */
  readonly corsOrigins: readonly string[];
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** How long a request may take to arrive, body included. */
  readonly requestTimeoutMs: number;
}

export const NO_LIMITS: RateLimitSettings = { read: 0, write: 0, refused: 0, open: 0 };
