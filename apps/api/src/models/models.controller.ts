import { Controller, Get, Param, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { modelDetailsSchema, modelListSchema, type ModelDetails, type ModelList, type ModelView } from '#contracts';
import { getModelDetails, listModels, type StoredModel } from '#persistence';
import { idOf, named, Operation } from '../http/operation.js';
import { nextPage, toPage } from '../http/page.js';
import { ApiSettings } from '../settings.js';
import { ModelIdPipe } from './model-id.pipe.js';
import { listModelsQuerySchema, type ListModelsQuery } from './queries.js';

@Controller('models')
export class ModelsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  @Get()
  @Operation({
    id: 'models.list',
    summary: 'Stored models, newest first.',
    scope: 'models:read',
    query: listModelsQuerySchema,
    status: 200,
    answer: named('ModelList', modelListSchema),
  })
  async list(@Query({ schema: listModelsQuerySchema }) { run, ...page }: ListModelsQuery): Promise<ModelList> {
    const { models, next } = await listModels(this.dataSource.manager, {
      ...toPage(page),
      ...(run === undefined ? {} : { runId: run }),
    });
    return {
      models: models.map((model) => ({ ...model, urls: this.urlsOf(model) })),
      next: nextPage(`${this.settings.publicUrl}/models`, next, { limit: page.limit, run }),
    };
  }

  @Get(':id')
  @Operation({
    id: 'models.get',
    summary: 'A model, the run that trained it, and what it scored.',
    scope: 'models:read',
    params: { id: idOf('mdl') },
    status: 200,
    answer: named('Model', modelDetailsSchema),
  })
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
