import {
  RUN_KIND_FACTS,
  type EmbeddingConfig,
  type EvaluationConfig,
  type RunConfig,
  type TaskConfig,
  type WebhookEventType,
} from '#contracts';
import type { EntityManager } from 'typeorm';
import { CHANNELS } from '../channels.js';
import { WebhookEndpointEntity } from '../entities/webhook-endpoint.entity.js';
import { newId } from '../ids.js';
import { appendRunEvent } from '../run-events.js';
import { jsonb } from '../storable.js';

export interface NewEndpoint {
  url: string;
  secret: string;
  events: WebhookEventType[] | null;
}

/** A run of any kind that is to be. */
export type NewRun = {
  /** Known from the start: targets of an evaluation. */
  readonly totalSteps: number | null;
  readonly modelId: string | null;
} & (
  | { readonly kind: 'training'; readonly config: RunConfig }
  | { readonly kind: 'evaluation'; readonly config: EvaluationConfig }
  | { readonly kind: 'embedding'; readonly config: EmbeddingConfig }
  | { readonly kind: 'task'; readonly config: TaskConfig }
);

/**
 * Writes a queued run, its webhook endpoints and its first event, and wakes `results`. Must run in a transaction.
 * @returns id of the run.
 */
export async function insertRun(manager: EntityManager, run: NewRun, endpoints: readonly NewEndpoint[]): Promise<string> {
  const { kind, config, totalSteps, modelId } = run;
  const id = newId(RUN_KIND_FACTS[kind].prefix);
  const createdAt = new Date();
  const state = { status: 'queued', reason: 'created', message: 'Waiting for free slots.' } as const;
  await manager.query(
    `insert into runs (id, kind, config, status, reason, message, total_steps, model_id, created_at, dataset_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, kind, jsonb(config), state.status, state.reason, state.message, totalSteps, modelId, createdAt, datasetIdOf(run)],
  );
  if (endpoints.length > 0) {
    await manager.insert(
      WebhookEndpointEntity,
      endpoints.map((endpoint) => ({ ...endpoint, id: newId('whep'), runId: id, createdAt })),
    );
  }
  await appendRunEvent(manager, id, { type: 'transition', at: createdAt, data: { ...state, generation: 0 } });
  await manager.query('select pg_notify($1, $2)', [CHANNELS.runs, id]);
  return id;
}

/** The registered data set that a run was made for. */
function datasetIdOf({ kind, config }: NewRun): string | null {
  return kind === 'training' || kind === 'evaluation' ? (config.dataset?.datasetId ?? null) : null;
}
