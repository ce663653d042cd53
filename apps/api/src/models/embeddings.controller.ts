import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  createEmbeddingsSchema,
  embeddingsAnswerSchema,
  embeddingViewSchema,
  type CreateEmbeddings,
  type EmbeddingsAnswer,
  type EmbeddingView,
} from '#contracts';
import { idOf, named, Operation } from '../http/operation.js';
import { EmbeddingIdPipe } from '../runs/run-id.pipe.js';
import { EmbeddingsService } from './embeddings.service.js';
import { MODEL_REF, ModelRefPipe } from './model-ref.pipe.js';
import { waitQuerySchema, type WaitQuery } from './queries.js';

const REQUEST = named('EmbeddingRequest', embeddingViewSchema);
const params = { id: idOf('emb') };
const text = (description: string) => ({ description, schema: { type: 'string' } });

@Controller()
export class EmbeddingsController {
  constructor(private readonly embeddings: EmbeddingsService) {}

  /** 200 with the embeddings when they are there in time; 202 with the place where they will be otherwise. */
  @Post('models/:id/embeddings')
  @Operation({
    id: 'models.embeddings',
    summary: 'Embeds images with a model. Vectors are kept for an hour, images only until they are embedded.',
    scope: 'embeddings:write',
    params: { id: MODEL_REF },
    query: waitQuerySchema,
    body: named('CreateEmbeddings', createEmbeddingsSchema),
    status: 200,
    answer: named('Embeddings', embeddingsAnswerSchema),
    others: { 202: { description: 'Not there yet', answer: REQUEST, headers: { Location: text('Where they will be') } } },
    problems: [400, 409, 500, 503],
  })
  async create(
    @Param('id', ModelRefPipe) ref: string,
    @Body({ schema: createEmbeddingsSchema }) input: CreateEmbeddings,
    @Query({ schema: waitQuerySchema }) { wait }: WaitQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EmbeddingsAnswer | EmbeddingView> {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const id = await this.embeddings.create(ref, input);
    const outcome = await this.embeddings.wait(id, wait * 1_000, gone.signal);
    response.setHeader('Cache-Control', 'no-store');
    if ('answer' in outcome) {
      response.status(200);
      return outcome.answer;
    }
    response.status(202).setHeader('Location', outcome.pending.urls.self);
    return outcome.pending;
  }

  @Get('embeddings/:id')
  @Operation({
    id: 'embeddings.get',
    summary: 'A request for embeddings, with its answer once it is there.',
    scope: 'embeddings:read',
    params,
    status: 200,
    answer: REQUEST,
  })
  get(@Param('id', EmbeddingIdPipe) id: string): Promise<EmbeddingView> {
    return this.embeddings.get(id);
  }

  @Post('embeddings/:id/cancel')
  @HttpCode(202)
  @Operation({
    id: 'embeddings.cancel',
    summary: 'Asks a request for embeddings to stop; one that has ended stays as it is.',
    scope: 'embeddings:write',
    params,
    status: 202,
    answer: REQUEST,
  })
  cancel(@Param('id', EmbeddingIdPipe) id: string): Promise<EmbeddingView> {
    return this.embeddings.cancel(id);
  }
}
