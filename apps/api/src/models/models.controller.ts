import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  modelComparisonSchema,
  modelDetailsSchema,
  modelListSchema,
  type ModelComparison,
  type ModelDetails,
  type ModelList,
} from '#contracts';
import { setEtag } from '../http/if-match.js';
import { ETAG_HEADER, named, Operation } from '../http/operation.js';
import { MODEL_REF, ModelRefPipe } from './model-ref.pipe.js';
import { ModelsService } from './models.service.js';
import { compareQuerySchema, listModelsQuerySchema, type CompareQuery, type ListModelsQuery } from './queries.js';

const params = { id: MODEL_REF };

@Controller('models')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  @Operation({
    id: 'models.list',
    summary: 'Stored models, newest first.',
    scope: 'models:read',
    query: listModelsQuerySchema,
    status: 200,
    answer: named('ModelList', modelListSchema),
  })
  list(@Query({ schema: listModelsQuerySchema }) query: ListModelsQuery): Promise<ModelList> {
    return this.models.list(query);
  }

  @Get(':id')
  @Operation({
    id: 'models.get',
    summary: 'A model, where it comes from, and what it scored.',
    scope: 'models:read',
    params,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: named('Model', modelDetailsSchema),
  })
  async get(@Param('id', ModelRefPipe) ref: string, @Res({ passthrough: true }) response: Response): Promise<ModelDetails> {
    const model = await this.models.get(ref);
    setEtag(response, model.revision);
    return model;
  }

  @Get(':id/compare')
  @Operation({
    id: 'models.compare',
    summary: 'What two models scored, target by target, and whether the difference may be chance.',
    scope: 'models:read',
    params,
    query: compareQuerySchema,
    status: 200,
    answer: named('ModelComparison', modelComparisonSchema),
  })
  compare(
    @Param('id', ModelRefPipe) ref: string,
    @Query({ schema: compareQuerySchema }) { with: other }: CompareQuery,
  ): Promise<ModelComparison> {
    return this.models.compare(ref, other);
  }
}
