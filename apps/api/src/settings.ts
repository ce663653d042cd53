/** What the parts of the API need of its configuration; a class, so that Nest can inject it by type. */
export class ApiSettings {
  readonly publicUrl: string;
  readonly webhookAllowPrivate: boolean;
  readonly version: string;
  /** Folder that all workers share, as this process sees it; null: files of models cannot be had here. */
  readonly storageRoot: string | null;
  /** Pause between comments on a silent event stream: proxies close what is quiet. */
  readonly pingMs: number;

  constructor(values: {
    publicUrl: string;
    webhookAllowPrivate: boolean;
    version: string;
    pingMs?: number;
    storageRoot?: string | null;
  }) {
    this.publicUrl = values.publicUrl;
    this.webhookAllowPrivate = values.webhookAllowPrivate;
    this.version = values.version;
    this.storageRoot = values.storageRoot ?? null;
    this.pingMs = values.pingMs ?? 15_000;
  }
}
