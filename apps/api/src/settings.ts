import { NO_HOSTS, type AddressPolicy, type AllowedHosts } from '#webhooks';
import { NO_LIMITS, type AccessSettings } from './access/settings.js';

/** What the parts of the API need of its configuration; a class, so that Nest can inject it by type. */
export class ApiSettings {
  readonly publicUrl: string;
  /** Where webhooks may go. */
  readonly webhookPolicy: AddressPolicy;
  readonly version: string;
  /** Folder that all workers share, as this process sees it; null: files of models cannot be had here. */
  readonly storageRoot: string | null;
  /** Pause between comments on a silent event stream: proxies close what is quiet. */
  readonly pingMs: number;
  /** Prometheus needs no key. */
  readonly metricsOpen: boolean;
  readonly access: AccessSettings;

  constructor(values: {
    publicUrl: string;
    webhookAllowPrivate: boolean;
    webhookAllowHosts?: AllowedHosts;
    version: string;
    pingMs?: number;
    metricsOpen?: boolean;
    access?: Partial<AccessSettings>;
    storageRoot?: string | null;
  }) {
    this.publicUrl = values.publicUrl;
    this.webhookPolicy = { allowPrivate: values.webhookAllowPrivate, allowedHosts: values.webhookAllowHosts ?? NO_HOSTS };
    this.version = values.version;
    this.storageRoot = values.storageRoot ?? null;
    this.pingMs = values.pingMs ?? 15_000;
    this.metricsOpen = values.metricsOpen ?? false;
    this.access = {
      auth: 'keys',
      rateLimits: NO_LIMITS,
      streamsPerKey: 0,
      corsOrigins: [],
      trustedProxies: [],
      requestTimeoutMs: 60_000,
      ...values.access,
    };
  }
}
