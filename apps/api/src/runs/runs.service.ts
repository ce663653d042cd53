import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  RUN_KIND_FACTS,
  runKindOf,
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
} from '#persistence';
import { showUrl } from '#webhooks';
import type { Actor } from '../access/actor.js';
import { nextPage, toPage } from '../http/page.js';
import { ApiSettings } from '../settings.js';
import { toFilterParameters, toFilters } from './filters.js';
import type { ListRunsQuery, MetricsQuery, RunDeliveriesQuery } from './queries.js';
import { resolveRun } from './resolve-run.js';
import { RunEditing, type EditRequest } from './run-editing.js';
import { RunLinks } from './run-links.js';
import { Submission } from './submission.js';

@Injectable()
export class RunsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: RunLinks,
    private readonly submission: Submission,
    private readonly editing: RunEditing,
    private readonly settings: ApiSettings,
  ) {}

  /** Creates a run with its endpoints and first event; see {@link Submission.submit}. */
  create(input: CreateRun, actor: Actor, key: string | undefined): Promise<CreatedRun & { replayed: boolean }> {
    return this.submission.submit({ route: 'POST /runs', actor, input, key }, input, async (manager, endpoints) => {
      const id = await createRun(manager, await resolveRun(manager, input), endpoints);
      await appendAudit(manager, { actor: actor.id, action: 'runs.create', resourceId: id });
      return this.links.toView(await getRun(manager, id));
    });
  }

  async get(id: string): Promise<RunView> {
    return this.links.toView(await getRun(this.dataSource.manager, id));
  }

  async list(query: ListRunsQuery): Promise<RunList> {
    const { runs, next } = await listRuns(this.dataSource.manager, { ...toPage(query), ...toFilters(query) });
    return {
      runs: runs.map((run) => this.links.toView(run)),
      next: nextPage(this.links.list, next, toFilterParameters(query)),
    };
  }

  /** Name and labels; see {@link RunEditing.edit}. */
  edit(id: string, request: EditRequest): Promise<RunView> {
    return this.editing.edit('training', id, request, async (manager) => this.links.toView(await getRun(manager, id)));
  }

  async cancel(id: string, actor: Actor): Promise<RunView> {
    return this.dataSource.transaction(async (manager) => {
      await requestCancel(manager, id);
      await appendAudit(manager, { actor: actor.id, action: 'runs.cancel', resourceId: id });
      return this.links.toView(await getRun(manager, id));
    });
  }

  async metrics(id: string, { names, maxPoints }: MetricsQuery): Promise<MetricSeries> {
    await getRunStatus(this.dataSource.manager, id);
    return getMetricSeries(this.dataSource.manager, id, { ...(names ? { names } : {}), maxPoints });
  }

  /** Of a run of any kind, oldest first. */
  async deliveries(id: string, { limit, cursor }: RunDeliveriesQuery): Promise<DeliveryList> {
    await getRunStatus(this.dataSource.manager, id);
    const found = await listDeliveries(this.dataSource.manager, id, toPage({ limit: limit + 1, cursor }));
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const url = `${this.settings.publicUrl}${RUN_KIND_FACTS[runKindOf(id)].path}/${id}/deliveries`;
    return {
      deliveries: page.map((delivery) => ({ ...delivery, url: showUrl(delivery.url) })),
      next: nextPage(url, last ? { createdAt: new Date(last.createdAt), id: last.id } : null, { limit }),
    };
  }
}
