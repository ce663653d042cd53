import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  importModelSchema,
  modelComparisonSchema,
  modelDetailsSchema,
  modelListSchema,
  modelViewSchema,
  updateModelSchema,
  type ImportModel,
  type ModelComparison,
  type ModelDetails,
  type ModelList,
  type ModelView,
  type UpdateModel,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { answerCreated } from '../http/answer-created.js';
import { parseIfMatch, setEtag } from '../http/if-match.js';
import { createdHeaders, ETAG_HEADER, IDEMPOTENCY_KEY, IF_MATCH, named, Operation } from '../http/operation.js';
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

  @Post('import')
  @HttpCode(202)
  @Operation({
    id: 'models.import',
    summary: 'Takes a model of another tool into the storage: a worker copies it, opens it and embeds with it.',
    scope: 'models:write',
    headers: [IDEMPOTENCY_KEY],
    body: named('ImportModel', importModelSchema),
    status: 202,
    answerHeaders: { ...createdHeaders('The model'), ...ETAG_HEADER },
    answer: named('StoredModel', modelViewSchema),
    problems: [400, 409],
  })
  async import(
    @Body({ schema: importModelSchema }) input: ImportModel,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ModelView> {
    return answerCreated(response, await this.models.import(input, actor, key));
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

  @Patch(':id')
  @Operation({
    id: 'models.update',
    summary: 'Changes labels or description.',
    scope: 'models:write',
    params,
    headers: [IF_MATCH],
    body: named('UpdateModel', updateModelSchema),
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: named('StoredModel', modelViewSchema),
    problems: [400, 412],
  })
  async update(
    @Param('id', ModelRefPipe) ref: string,
    @Body({ schema: updateModelSchema }) change: UpdateModel,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ModelView> {
    const model = await this.models.update(ref, change, parseIfMatch(ifMatch), actor);
    setEtag(response, model.revision);
    return model;
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    id: 'models.delete',
    summary: 'Deletes a model that nothing uses; its files go a moment later.',
    scope: 'models:write',
    params,
    headers: [IF_MATCH],
    status: 204,
    answer: null,
    problems: [400, 409, 412],
  })
  remove(
    @Param('id', ModelRefPipe) ref: string,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
  ): Promise<void> {
    return this.models.remove(ref, parseIfMatch(ifMatch), actor);
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
