import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { createEmbeddingsSchema, type CreateEmbeddings, type EmbeddingsAnswer, type EmbeddingView } from '#contracts';
import { waitQuerySchema, type WaitQuery } from '../runs/queries.js';
import { EmbeddingIdPipe } from '../runs/run-id.pipe.js';
import { EmbeddingsService } from './embeddings.service.js';
import { ModelIdPipe } from './model-id.pipe.js';

@Controller()
export class EmbeddingsController {
  constructor(private readonly embeddings: EmbeddingsService) {}

  /** 200 with the embeddings when they are there in time; 202 with the place where they will be otherwise. */
  @Post('models/:id/embeddings')
  async create(
    @Param('id', ModelIdPipe) modelId: string,
    @Body({ schema: createEmbeddingsSchema }) input: CreateEmbeddings,
    @Query({ schema: waitQuerySchema }) { wait }: WaitQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EmbeddingsAnswer | EmbeddingView> {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const id = await this.embeddings.create(modelId, input);
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
  get(@Param('id', EmbeddingIdPipe) id: string): Promise<EmbeddingView> {
    return this.embeddings.get(id);
  }

  @Post('embeddings/:id/cancel')
  @HttpCode(202)
  cancel(@Param('id', EmbeddingIdPipe) id: string): Promise<EmbeddingView> {
    return this.embeddings.cancel(id);
  }
}
