/** What the parts of the API need of its configuration; a class, so that Nest can inject it by type. */
export class ApiSettings {
  readonly publicUrl: string;
  readonly webhookAllowPrivate: boolean;
  readonly version: string;
  /** Pause between comments on a silent event stream: proxies close what is quiet. */
  readonly pingMs: number;
  /** Prometheus needs no key. */
  readonly metricsOpen: boolean;

  constructor(values: {
    publicUrl: string;
    webhookAllowPrivate: boolean;
    version: string;
    pingMs?: number;
    metricsOpen?: boolean;
  }) {
    this.publicUrl = values.publicUrl;
    this.webhookAllowPrivate = values.webhookAllowPrivate;
    this.version = values.version;
    this.pingMs = values.pingMs ?? 15_000;
    this.metricsOpen = values.metricsOpen ?? false;
  }
}
