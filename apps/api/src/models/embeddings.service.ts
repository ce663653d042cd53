import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  ArcFleetError,
  embeddingConfigSchema,
  isTerminal,
  validationError,
  type CreateEmbeddings,
  type EmbeddingsAnswer,
  type EmbeddingView,
} from '#contracts';
import { checkReady, createEmbeddingRequest, getEmbeddingRequest, getRunStatus, requestCancel, resolveModel } from '#persistence';
import { RunEventHub } from '../runs/run-event-hub.js';
import { Waker } from '../runs/waker.js';
import { ApiSettings } from '../settings.js';

/** Notifications may be lost: who waits looks by itself that often. */
const LOOK_MS = 5_000;

/** How a request for embeddings came out within its time. */
export type Outcome = { readonly answer: EmbeddingsAnswer } | { readonly pending: EmbeddingView };

@Injectable()
export class EmbeddingsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hub: RunEventHub,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * Writes the request as a run of its own.
   * @returns its id.
   * @throws ArcFleetError `not_found` for the model, `conflict` when it is not ready, `validation_failed` naming images that are neither JPEG nor PNG.
   */
  create(ref: string, input: CreateEmbeddings): Promise<string> {
    const wrong = input.images.flatMap(({ data }, index) =>
      isImage(data) ? [] : [{ pointer: `/images/${index}/data`, message: 'must be a JPEG or PNG image, base64' }],
    );
    if (wrong.length > 0) throw validationError(wrong);
    return this.dataSource.transaction(async (manager) => {
      const model = await resolveModel(manager, ref, 'share');
      checkReady(model);
      const { id, folder } = model;
      return createEmbeddingRequest(manager, embeddingConfigSchema.parse({ ...input, model: { id, path: folder } }));
    });
  }

  /**
   * Waits until the request has ended, its time is over, or nobody waits for it any more; the last cancels it.
   * @throws ArcFleetError with the code of the run's failure; `conflict` when it was canceled.
   */
  async wait(id: string, waitMs: number, client: AbortSignal): Promise<Outcome> {
    const waker = new Waker();
    const unsubscribe = this.hub.subscribe(id, waker.wake);
    client.addEventListener('abort', waker.wake);
    this.hub.signal.addEventListener('abort', waker.wake);
    const deadline = performance.now() + waitMs;
    try {
      for (;;) {
        waker.reset();
        const { status } = await getRunStatus(this.dataSource.manager, id);
        if (isTerminal(status)) return { answer: await this.answer(id) };
        if (client.aborted) await this.cancel(id);
        const left = deadline - performance.now();
        if (client.aborted || this.hub.signal.aborted || left <= 0) return { pending: await this.get(id) };
        await waker.wait(Math.min(left, LOOK_MS));
      }
    } finally {
      unsubscribe();
      client.removeEventListener('abort', waker.wake);
      this.hub.signal.removeEventListener('abort', waker.wake);
    }
  }

  async get(id: string): Promise<EmbeddingView> {
    const request = await getEmbeddingRequest(this.dataSource.manager, id);
    const self = `${this.settings.publicUrl}/embeddings/${id}`;
    return { ...request, urls: { self, cancel: `${self}/cancel` } };
  }

  async cancel(id: string): Promise<EmbeddingView> {
    await this.dataSource
      .transaction((manager) => requestCancel(manager, id))
      .catch((error: unknown) => {
        // It ended first: its state says how.
        if (!(error instanceof ArcFleetError) || error.code !== 'conflict') throw error;
      });
    return this.get(id);
  }

  private async answer(id: string): Promise<EmbeddingsAnswer> {
    const { status, error, message, result } = await this.get(id);
    if (result) return { id, ...result };
    if (error) throw new ArcFleetError(error.code, error.message, { runId: id });
    throw new ArcFleetError('conflict', `The request for embeddings ${id} is ${status}: ${message}`, { runId: id, status });
  }
}

/** Whether base64 text begins as a JPEG (FF D8 FF) or PNG file does. */
function isImage(data: string): boolean {
  const head = Buffer.from(data.slice(0, 12), 'base64').toString('hex');
  return head.startsWith('ffd8ff') || head.startsWith('89504e470d0a1a0a');
}
