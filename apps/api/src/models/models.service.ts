import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ModelComparison, ModelDetails, ModelList } from '#contracts';
import { findModelScores, listModels, resolveModel, withDetails } from '#persistence';
import { nextPage, toPage } from '../http/page.js';
import { ApiSettings } from '../settings.js';
import { compareMetrics } from './compare-models.js';
import { toModelView } from './model-urls.js';
import type { ListModelsQuery } from './queries.js';

@Injectable()
export class ModelsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  async list({ limit, cursor, run, label, ...filters }: ListModelsQuery): Promise<ModelList> {
    const { publicUrl } = this.settings;
    const { models, next } = await listModels(this.dataSource.manager, {
      ...toPage({ limit, cursor }),
      ...Object.fromEntries(Object.entries({ ...filters, runId: run, labels: label }).filter(([, value]) => value !== undefined)),
    });
    const link = nextPage(`${publicUrl}/models`, next, { limit, run, ...filters });
    const labels = Object.entries(label ?? {}).map(([key, value]) => `&label=${encodeURIComponent(`${key}=${value}`)}`);
    return {
      models: models.map((model) => toModelView(model, publicUrl)),
      next: link === null ? null : link + labels.join(''),
    };
  }

  /** @throws ArcFleetError `not_found`. */
  async get(ref: string): Promise<ModelDetails> {
    const { manager } = this.dataSource;
    const details = await withDetails(manager, await resolveModel(manager, ref));
    return toModelView(details, this.settings.publicUrl);
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
