import type { EmbeddingConfig, EmbeddingView } from '#contracts';
import type { EntityManager } from 'typeorm';
import { insertRun } from './insert-run.js';
import { findRunOfKind, findTransitions, toRunState } from './run-state.js';

/** A request as the API shows it, except for its links. */
export type EmbeddingDetails = Omit<EmbeddingView, 'urls'>;

/** A request and its vectors are deleted that long after its end: embeddings of faces are personal data. */
export const EMBEDDINGS_KEPT_MS = 3_600_000;

/** Writes a queued request for embeddings. Must run in a transaction. @returns its id. */
export function createEmbeddingRequest(manager: EntityManager, config: EmbeddingConfig): Promise<string> {
  return insertRun(manager, { kind: 'embedding', config, totalSteps: 1, modelId: config.model.id }, []);
}

/** @throws ArcFleetError `not_found`. */
export async function getEmbeddingRequest(manager: EntityManager, id: string): Promise<EmbeddingDetails> {
  const run = await findRunOfKind(manager, 'embedding', id);
  const { model } = run.config as EmbeddingConfig;
  const { openedModel, result, finishedAt } = run;
  return {
    ...toRunState(run, await findTransitions(manager, [id])),
    model,
    result: openedModel && result ? { model: { id: model.id, ...openedModel }, ...result } : null,
    expiresAt: finishedAt && new Date(finishedAt.getTime() + EMBEDDINGS_KEPT_MS).toISOString(),
  };
}

/** Deletes requests that ended {@link EMBEDDINGS_KEPT_MS} before `now`. @returns how many */
export async function forgetEmbeddings(manager: EntityManager, now: Date): Promise<number> {
  const [, count]: [unknown[], number] = await manager.query(`delete from runs where kind = 'embedding' and finished_at <= $1`, [
    new Date(now.getTime() - EMBEDDINGS_KEPT_MS),
  ]);
  return count;
}
