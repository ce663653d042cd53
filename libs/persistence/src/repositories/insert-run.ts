import {
  RUN_KIND_FACTS,
  worldSizesOf,
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
  /** The checkpoint of another run that it goes on from. */
  readonly resumed?: { readonly runId: string; readonly step: number; readonly checkpointId: string };
  readonly clonedFrom?: string;
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
  const { kind, config, totalSteps, modelId, resumed, clonedFrom = null } = run;
  const id = newId(RUN_KIND_FACTS[kind].prefix);
  const createdAt = new Date();
  const state = { status: 'queued', reason: 'created', message: 'Waiting for free slots.' } as const;
  await manager.query(
    `insert into runs (id, kind, config, status, reason, message, total_steps, model_id, created_at, min_ranks, name, network,
       step, checkpoint_id, resumed_from, resumed_step, cloned_from, dataset_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $3::jsonb->>'name', case when $2 = 'training' then $3::jsonb->'network'->>'name' end,
       $11, $12, $13, $14, $15, $16)`,
    [
      id,
      kind,
      jsonb(config),
      state.status,
      state.reason,
      state.message,
      totalSteps,
      modelId,
      createdAt,
      worldSizesOf(config).at(-1) ?? 1,
      resumed?.step ?? 0,
      resumed?.checkpointId ?? null,
      resumed?.runId ?? null,
      resumed?.step ?? null,
      clonedFrom,
      datasetIdOf(run),
    ],
  );
  await writeRunLabels(manager, id);
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

/** Makes a run's labels searchable as its configuration has them now. Must run in the transaction that wrote the configuration. */
export async function writeRunLabels(manager: EntityManager, id: string): Promise<void> {
  await manager.query(
    `insert into run_labels (run_id, key, value, kind, created_at)
     select r.id, l.key, l.value, r.kind, r.created_at from runs r, jsonb_each_text(r.config->'labels') as l where r.id = $1`,
    [id],
  );
}
