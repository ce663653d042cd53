import { Controller, Get, Param, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ModelDetails, ModelList, ModelView } from '#contracts';
import { getModelDetails, listModels, type StoredModel } from '#persistence';
import { listModelsQuerySchema, nextPage, type ListModelsQuery } from '../runs/queries.js';
import { ApiSettings } from '../settings.js';
import { ModelIdPipe } from './model-id.pipe.js';

@Controller('models')
export class ModelsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  @Get()
  async list(@Query({ schema: listModelsQuerySchema }) { limit, cursor, run }: ListModelsQuery): Promise<ModelList> {
    const { models, next } = await listModels(this.dataSource.manager, {
      limit,
      ...(cursor ? { after: cursor } : {}),
      ...(run === undefined ? {} : { runId: run }),
    });
    return {
      models: models.map((model) => ({ ...model, urls: this.urlsOf(model) })),
      next: next && nextPage(`${this.settings.publicUrl}/models`, next, { limit, run }),
    };
  }

  @Get(':id')
  async get(@Param('id', ModelIdPipe) id: string): Promise<ModelDetails> {
    const model = await getModelDetails(this.dataSource.manager, id);
    return { ...model, urls: this.urlsOf(model) };
  }

  private urlsOf({ id, runId }: StoredModel): ModelView['urls'] {
    const { publicUrl } = this.settings;
    const self = `${publicUrl}/models/${id}`;
    return { self, run: `${publicUrl}/runs/${runId}`, embeddings: `${self}/embeddings` };
  }
}
