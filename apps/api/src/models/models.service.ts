import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  validationError,
  type ImportModel,
  type ModelComparison,
  type ModelDetails,
  type ModelList,
  type ModelView,
  type UpdateModel,
} from '#contracts';
import {
  appendAudit,
  createImport,
  deleteModel,
  findModelScores,
  getModel,
  listModels,
  resolveModel,
  updateModel,
  withDetails,
} from '#persistence';
import type { Actor } from '../access/actor.js';
import { Idempotency } from '../http/idempotency.js';
import { checkRevision } from '../http/if-match.js';
import { splitLabels } from '../http/label-filter.js';
import { nextPage, toPage } from '../http/page.js';
import { findUnstorable } from '../http/validation.js';
import { ApiSettings } from '../settings.js';
import { compareMetrics } from './compare-models.js';
import { toModelView } from './model-urls.js';
import type { ListModelsQuery } from './queries.js';

@Injectable()
export class ModelsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly idempotency: Idempotency,
  ) {}

  async list({ limit, cursor, run, label, ...filters }: ListModelsQuery): Promise<ModelList> {
    const { publicUrl } = this.settings;
    const labels = label && Object.fromEntries(splitLabels(label));
    const { models, next } = await listModels(this.dataSource.manager, {
      ...toPage({ limit, cursor }),
      ...Object.fromEntries(Object.entries({ ...filters, runId: run, labels }).filter(([, value]) => value !== undefined)),
    });
    return {
      models: models.map((model) => toModelView(model, publicUrl)),
      next: nextPage(`${publicUrl}/models`, next, { limit, run, label, ...filters }),
    };
  }

  /** @throws ArcFleetError `not_found`. */
  async get(ref: string): Promise<ModelDetails> {
    const { manager } = this.dataSource;
    const details = await withDetails(manager, await resolveModel(manager, ref));
    return toModelView(details, this.settings.publicUrl);
  }

  /** @throws ArcFleetError `validation_failed`, or what {@link Idempotency.once} throws. */
  async import(input: ImportModel, actor: Actor, key: string | undefined): Promise<ModelView & { replayed: boolean }> {
    const errors = findUnstorable(input);
    if (errors.length > 0) throw validationError(errors);
    const request = { route: 'POST /models/import', actor, input, key, status: 202 };
    return this.idempotency.once(request, {}, async (manager) => {
      const id = await createImport(manager, input);
      const { path, name } = input;
      await appendAudit(manager, { actor: actor.id, action: 'models.import', resourceId: id, details: { path, name } });
      return { view: toModelView(await getModel(manager, id), this.settings.publicUrl) as ModelView, secrets: {} };
    });
  }

  /** @throws ArcFleetError `not_found`, `precondition_failed`, `validation_failed`. */
  update(ref: string, change: UpdateModel, expected: number | null, actor: Actor): Promise<ModelView> {
    const errors = findUnstorable(change);
    if (errors.length > 0) throw validationError(errors);
    return this.dataSource.transaction(async (manager) => {
      const model = await resolveModel(manager, ref, 'update');
      checkRevision(model.revision, expected);
      await updateModel(manager, model, change);
      await appendAudit(manager, { actor: actor.id, action: 'models.update', resourceId: model.id, details: { ...change } });
      return toModelView(await getModel(manager, model.id), this.settings.publicUrl);
    });
  }

  /** @throws ArcFleetError `not_found`, `precondition_failed`, `conflict` naming what uses the model. */
  remove(ref: string, expected: number | null, actor: Actor): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const model = await resolveModel(manager, ref, 'update');
      checkRevision(model.revision, expected);
      await deleteModel(manager, model);
      const { name, version } = model;
      await appendAudit(manager, { actor: actor.id, action: 'models.delete', resourceId: model.id, details: { name, version } });
    });
  }

  /** @throws ArcFleetError `not_found`. */
  async compare(ref: string, otherRef: string): Promise<ModelComparison> {
    const { manager } = this.dataSource;
    const [model, other] = [await resolveModel(manager, ref), await resolveModel(manager, otherRef)];
    const [ours, theirs] = [await findModelScores(manager, model), await findModelScores(manager, other)];
    const named = ({ id, name, version }: typeof model) => ({ id, name, version });
    return { model: named(model), with: named(other), ...compareMetrics(ours.metrics, theirs.metrics) };
  }
}
