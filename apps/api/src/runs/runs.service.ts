import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  runConfigSchema,
  type CreatedRun,
  type CreateRun,
  type DeliveryList,
  type MetricSeries,
  type RunList,
  type RunView,
} from '#contracts';
import {
  appendAudit,
  createRun,
  getMetricSeries,
  getRun,
  getRunStatus,
  listDeliveries,
  listRuns,
  requestCancel,
  type RunDetails,
} from '#persistence';
import { showUrl } from '#webhooks';
import type { Actor } from '../access/actor.js';
import { pinDatasetOfRun } from '../datasets/use-dataset.js';
import { nextPage, toPage } from '../http/page.js';
import { ApiSettings } from '../settings.js';
import type { ListRunsQuery, MetricsQuery } from './queries.js';
import { Submission } from './submission.js';

@Injectable()
export class RunsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly submission: Submission,
  ) {}

  /** Creates a run with its endpoints and first event; see {@link Submission.submit}. */
  create(input: CreateRun, actor: Actor, key: string | undefined): Promise<CreatedRun & { replayed: boolean }> {
    return this.submission.submit({ route: 'POST /runs', actor, input, key }, input, async (manager, endpoints) => {
      const { webhooks: _, ...config } = input;
      const dataset = await pinDatasetOfRun(manager, input);
      const id = await createRun(manager, runConfigSchema.parse({ ...config, dataset }), endpoints);
      await appendAudit(manager, { actor: actor.id, action: 'runs.create', resourceId: id });
      return this.toView(await getRun(manager, id));
    });
  }

  async get(id: string): Promise<RunView> {
    return this.toView(await getRun(this.dataSource.manager, id));
  }

  async list({ status, ...page }: ListRunsQuery): Promise<RunList> {
    const { runs, next } = await listRuns(this.dataSource.manager, { ...toPage(page), ...(status ? { statuses: status } : {}) });
    return {
      runs: runs.map((run) => this.toView(run)),
      next: nextPage(`${this.settings.publicUrl}/runs`, next, { limit: page.limit, status }),
    };
  }

  async cancel(id: string, actor: Actor): Promise<RunView> {
    return this.dataSource.transaction(async (manager) => {
      await requestCancel(manager, id);
      await appendAudit(manager, { actor: actor.id, action: 'runs.cancel', resourceId: id });
      return this.toView(await getRun(manager, id));
    });
  }

  async metrics(id: string, { names, maxPoints }: MetricsQuery): Promise<MetricSeries> {
    await getRunStatus(this.dataSource.manager, id);
    return getMetricSeries(this.dataSource.manager, id, { ...(names ? { names } : {}), maxPoints });
  }

  async deliveries(id: string): Promise<DeliveryList> {
    await getRunStatus(this.dataSource.manager, id);
    const deliveries = await listDeliveries(this.dataSource.manager, id);
    return { deliveries: deliveries.map((delivery) => ({ ...delivery, url: showUrl(delivery.url) })) };
  }

  private toView(run: RunDetails): RunView {
    const self = `${this.settings.publicUrl}/runs/${run.id}`;
    return { ...run, urls: { self, cancel: `${self}/cancel`, events: `${self}/events`, metrics: `${self}/metrics` } };
  }
}
