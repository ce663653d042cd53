import { NO_LIMITS, type AccessSettings } from './access/settings.js';

/** What the parts of the API need of its configuration; a class, so that Nest can inject it by type. */
export class ApiSettings {
  readonly publicUrl: string;
  readonly webhookAllowPrivate: boolean;
  readonly version: string;
  /** Pause between comments on a silent event stream: proxies close what is quiet. */
  readonly pingMs: number;
  readonly access: AccessSettings;

  constructor(values: {
    publicUrl: string;
    webhookAllowPrivate: boolean;
    version: string;
    pingMs?: number;
    access?: Partial<AccessSettings>;
  }) {
    this.publicUrl = values.publicUrl;
    this.webhookAllowPrivate = values.webhookAllowPrivate;
    this.version = values.version;
    this.pingMs = values.pingMs ?? 15_000;
    this.access = {
      auth: 'keys',
      rateLimits: NO_LIMITS,
      corsOrigins: [],
      trustedProxies: [],
      requestTimeoutMs: 60_000,
      ...values.access,
    };
  }
}
