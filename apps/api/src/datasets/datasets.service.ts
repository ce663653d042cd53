import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  validationError,
  type ChangeDataset,
  type DatasetDetails,
  type DatasetList,
  type DatasetView,
  type RegisterDataset,
} from '#contracts';
import {
  appendAudit,
  changeDataset,
  deleteDataset,
  getDataset,
  getDatasetDetails,
  listDatasets,
  registerDataset,
  revalidateDataset,
  type StoredDataset,
} from '#persistence';
import type { Actor } from '../access/actor.js';
import { Idempotency } from '../http/idempotency.js';
import { checkRevision } from '../http/if-match.js';
import { splitLabels } from '../http/label-filter.js';
import { nextPage, toPage } from '../http/page.js';
import { findUnstorable } from '../http/validation.js';
import { ApiSettings } from '../settings.js';
import type { ListDatasetsQuery } from './queries.js';

type Created = DatasetView & { replayed: boolean };

@Injectable()
export class DatasetsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly idempotency: Idempotency,
  ) {}

  /** Registers a version and has it validated. @throws ArcFleetError `validation_failed`, or what `once` throws. */
  register(input: RegisterDataset, actor: Actor, key: string | undefined): Promise<Created> {
    refuseUnstorable(input);
    return this.idempotency.once({ route: 'POST /datasets', actor, input, key, status: 202 }, {}, async (manager) => {
      const id = await registerDataset(manager, input);
      const { name, path } = input;
      await appendAudit(manager, { actor: actor.id, action: 'datasets.register', resourceId: id, details: { name, path } });
      return { view: await this.view(manager, id), secrets: {} };
    });
  }

  /** Has it read anew: itself, or as a further version where runs may refer to it. */
  revalidate(id: string, actor: Actor, key: string | undefined): Promise<Created> {
    const request = { route: 'POST /datasets/:ref/revalidate', actor, input: { id }, key, status: 202 };
    return this.idempotency.once(request, {}, async (manager) => {
      const waiting = await revalidateDataset(manager, id);
      const details = { version: waiting };
      await appendAudit(manager, { actor: actor.id, action: 'datasets.revalidate', resourceId: id, details });
      return { view: await this.view(manager, waiting), secrets: {} };
    });
  }

  async get(ref: string): Promise<DatasetDetails> {
    const found = await getDatasetDetails(this.dataSource.manager, ref);
    return { ...found, urls: this.urls(found) };
  }

  async list({ name, state, label, ...page }: ListDatasetsQuery): Promise<DatasetList> {
    const labels = label && Object.fromEntries(splitLabels(label));
    const { datasets, next } = await listDatasets(this.dataSource.manager, { ...toPage(page), name, states: state, labels });
    return {
      datasets: datasets.map((dataset) => ({ ...dataset, urls: this.urls(dataset) })),
      next: nextPage(`${this.settings.publicUrl}/datasets`, next, { limit: page.limit, name, state, label }),
    };
  }

  async change(id: string, change: ChangeDataset, expected: number | null, actor: Actor): Promise<DatasetView> {
    refuseUnstorable(change);
    return this.dataSource.transaction(async (manager) => {
      await changeDataset(manager, id, change, (revision) => checkRevision(revision, expected));
      const details = { changed: Object.keys(change) };
      await appendAudit(manager, { actor: actor.id, action: 'datasets.update', resourceId: id, details });
      return this.view(manager, id);
    });
  }

  async delete(id: string, actor: Actor): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await deleteDataset(manager, id);
      await appendAudit(manager, { actor: actor.id, action: 'datasets.delete', resourceId: id });
    });
  }

  private async view(manager: EntityManager, id: string): Promise<DatasetView> {
    const found = await getDataset(manager, id);
    return { ...found, urls: this.urls(found) };
  }

  private urls({ id, taskId }: StoredDataset): DatasetView['urls'] {
    const { publicUrl } = this.settings;
    return { self: `${publicUrl}/datasets/${id}`, task: `${publicUrl}/tasks/${taskId}` };
  }
}

function refuseUnstorable(input: object): void {
  const errors = findUnstorable(input);
  if (errors.length > 0) throw validationError(errors);
}
