import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  ArcFleetError,
  runConfigSchema,
  type CreatedRun,
  type CreateRun,
  type DeliveryList,
  type MetricSeries,
  type RunList,
  type RunView,
} from '#contracts';
import {
  createRun,
  getMetricSeries,
  getRun,
  getRunStatus,
  listDeliveries,
  listRuns,
  once,
  requestCancel,
  type RunDetails,
} from '#persistence';
import { isPublicAddress, newWebhookSecret } from '#webhooks';
import { ApiSettings } from '../settings.js';
import { findUnstorable, validationError } from '../http/validation.js';
import { encodeCursor, type ListRunsQuery, type MetricsQuery } from './queries.js';

const KEY_LIFE_MS = 24 * 3_600_000;

@Injectable()
export class RunsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * Creates a run with its endpoints and first event in one transaction, with the answer under its Idempotency-Key if there
   * is one. A repeat gets the first answer, as it was then, except for `webhookSecrets`: those are shown once and not kept
   * with the answer, so a repeat shows none. Who has lost them creates the run anew with secrets of its own.
   */
  async create(input: CreateRun, idempotencyKey: string | null): Promise<CreatedRun & { replayed: boolean }> {
    this.check(input);
    return this.dataSource.transaction(async (manager) => {
      if (idempotencyKey === null) return { ...(await this.createIn(manager, input)), replayed: false };
      const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex');
      const request = { key: idempotencyKey, route: 'POST /runs', fingerprint, ttlMs: KEY_LIFE_MS };
      let webhookSecrets: CreatedRun['webhookSecrets'] = [];
      const { response, replayed } = await once(manager, request, async () => {
        const { webhookSecrets: made, ...run } = await this.createIn(manager, input);
        webhookSecrets = made;
        return { status: 202, response: run };
      });
      return { ...(response as RunView), webhookSecrets, replayed };
    });
  }

  async get(id: string): Promise<RunView> {
    return this.toView(await getRun(this.dataSource.manager, id));
  }

  async list({ limit, cursor, status }: ListRunsQuery): Promise<RunList> {
    const page = await listRuns(this.dataSource.manager, {
      limit,
      ...(cursor ? { after: cursor } : {}),
      ...(status ? { statuses: status } : {}),
    });
    return {
      runs: page.runs.map((run) => this.toView(run)),
      next: page.next && this.nextPage(encodeCursor(page.next), limit, status),
    };
  }

  async cancel(id: string): Promise<RunView> {
    return this.dataSource.transaction(async (manager) => {
      await requestCancel(manager, id);
      return this.toView(await getRun(manager, id));
    });
  }

  async metrics(id: string, { names, maxPoints }: MetricsQuery): Promise<MetricSeries> {
    await getRunStatus(this.dataSource.manager, id);
    return getMetricSeries(this.dataSource.manager, id, { ...(names ? { names } : {}), maxPoints });
  }

  async deliveries(id: string): Promise<DeliveryList> {
    await getRunStatus(this.dataSource.manager, id);
    return { deliveries: await listDeliveries(this.dataSource.manager, id) };
  }

  /** Rules that the schema does not know. */
  private check(input: CreateRun): void {
    const errors = findUnstorable(input);
    input.webhooks.forEach(({ url }, index) => {
      const host = new URL(url).hostname.replace(/^\[|[\].]$/g, '');
      const isPrivate = host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && !isPublicAddress(host));
      // Names are checked where the connection is made; this only tells the obvious at once.
      if (isPrivate && !this.settings.webhookAllowPrivate) {
        errors.push({ pointer: `/webhooks/${index}/url`, message: 'must not name a private address' });
      }
    });
    if (errors.length > 0) throw validationError(errors);
  }

  private async createIn(manager: EntityManager, { webhooks, ...config }: CreateRun): Promise<CreatedRun> {
    const endpoints = webhooks.map(({ url, secret, events }) => ({
      url,
      secret: secret ?? newWebhookSecret(),
      isNew: secret === undefined,
      events: events ?? null,
    }));
    const id = await createRun(
      manager,
      runConfigSchema.parse(config),
      endpoints.map(({ isNew: _, ...endpoint }) => endpoint),
    );
    const webhookSecrets = endpoints.filter(({ isNew }) => isNew).map(({ url, secret }) => ({ url, secret }));
    return { ...this.toView(await getRun(manager, id)), webhookSecrets };
  }

  private toView(run: RunDetails): RunView {
    const self = `${this.settings.publicUrl}/runs/${run.id}`;
    return { ...run, urls: { self, cancel: `${self}/cancel`, events: `${self}/events`, metrics: `${self}/metrics` } };
  }

  private nextPage(cursor: string, limit: number, statuses: readonly string[] | undefined): string {
    const query = new URLSearchParams({ cursor, limit: String(limit) });
    if (statuses?.length) query.set('status', statuses.join(','));
    return `${this.settings.publicUrl}/runs?${query}`;
  }
}

/**
 * The key of an `Idempotency-Key` header: a quoted string, as the draft has it, or a bare token; null when there is none.
 * @throws ArcFleetError `malformed_request`.
 */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ArcFleetError('malformed_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.');
}
