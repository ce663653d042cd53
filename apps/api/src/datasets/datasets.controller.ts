import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  changeDatasetSchema,
  datasetDetailsSchema,
  datasetListSchema,
  datasetViewSchema,
  registerDatasetSchema,
  type ChangeDataset,
  type DatasetDetails,
  type DatasetList,
  type DatasetView,
  type RegisterDataset,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { answerCreated } from '../http/answer-created.js';
import { parseIfMatch, setEtag } from '../http/if-match.js';
import { createdHeaders, ETAG_HEADER, IDEMPOTENCY_KEY, idOf, IF_MATCH, named, Operation } from '../http/operation.js';
import { DatasetIdPipe, DatasetRefPipe } from './dataset-ref.pipe.js';
import { DatasetsService } from './datasets.service.js';
import { listDatasetsQuerySchema, type ListDatasetsQuery } from './queries.js';

const DATASET = named('Dataset', datasetViewSchema);
const byRef = {
  ref: {
    type: 'string',
    description: 'Id (dts_...), name (the version that was validated last), or name@ and 8 to 64 digits of its digest',
  },
};
const byId = { ref: { ...idOf('dts'), description: 'Id of the version' } };

@Controller('datasets')
export class DatasetsController {
  constructor(private readonly datasets: DatasetsService) {}

  @Post()
  @HttpCode(202)
  @Operation({
    id: 'datasets.register',
    summary: 'Registers a data set under a name. A worker reads it once; then it is `ready` or `invalid`.',
    scope: 'datasets:write',
    headers: [IDEMPOTENCY_KEY],
    body: named('RegisterDataset', registerDatasetSchema),
    status: 202,
    answerHeaders: { ...createdHeaders('The data set'), ...ETAG_HEADER },
    answer: DATASET,
    problems: [400, 409],
  })
  async register(
    @Body({ schema: registerDatasetSchema }) input: RegisterDataset,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DatasetView> {
    return answerCreated(response, await this.datasets.register(input, actor, key));
  }

  @Get()
  @Operation({
    id: 'datasets.list',
    summary: 'Registered data sets, one entry per version, newest first.',
    scope: 'datasets:read',
    query: listDatasetsQuerySchema,
    status: 200,
    answer: named('DatasetList', datasetListSchema),
  })
  list(@Query({ schema: listDatasetsQuerySchema }) query: ListDatasetsQuery): Promise<DatasetList> {
    return this.datasets.list(query);
  }

  @Get(':ref')
  @Operation({
    id: 'datasets.get',
    summary: 'A version with its facts and the runs that were made for it.',
    scope: 'datasets:read',
    params: byRef,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: named('DatasetDetails', datasetDetailsSchema),
    problems: [409],
  })
  async get(@Param('ref', DatasetRefPipe) ref: string, @Res({ passthrough: true }) response: Response): Promise<DatasetDetails> {
    const found = await this.datasets.get(ref);
    setEtag(response, found.revision);
    return found;
  }

  @Patch(':ref')
  @Operation({
    id: 'datasets.update',
    summary: 'Changes labels and description of a version.',
    scope: 'datasets:write',
    params: byId,
    headers: [IF_MATCH],
    body: named('UpdateDataset', changeDatasetSchema),
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: DATASET,
    problems: [400, 412],
  })
  async change(
    @Param('ref', DatasetIdPipe) id: string,
    @Body({ schema: changeDatasetSchema }) change: ChangeDataset,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DatasetView> {
    const changed = await this.datasets.change(id, change, parseIfMatch(ifMatch), actor);
    setEtag(response, changed.revision);
    return changed;
  }

  @Post(':ref/revalidate')
  @HttpCode(202)
  @Operation({
    id: 'datasets.revalidate',
    summary:
      'Has a data set read anew. Of one that is ready a further version is registered, which becomes a duplicate if nothing has changed.',
    scope: 'datasets:write',
    params: byId,
    headers: [IDEMPOTENCY_KEY],
    status: 202,
    answerHeaders: { ...createdHeaders('The version that is validated'), ...ETAG_HEADER },
    answer: DATASET,
    problems: [400, 409],
  })
  async revalidate(
    @Param('ref', DatasetIdPipe) id: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DatasetView> {
    return answerCreated(response, await this.datasets.revalidate(id, actor, key));
  }

  @Delete(':ref')
  @HttpCode(204)
  @Operation({
    id: 'datasets.delete',
    summary: 'Forgets a version; its files stay. Refused while a run that has not ended refers to it.',
    scope: 'datasets:write',
    params: byId,
    status: 204,
    answer: null,
    problems: [409],
  })
  delete(@Param('ref', DatasetIdPipe) id: string, @CurrentActor() actor: Actor): Promise<void> {
    return this.datasets.delete(id, actor);
  }
}
