import { ArcFleetError, RUN_KIND_FACTS, type EmbeddingConfig, type EmbeddingView } from '#contracts';
import type { EntityManager } from 'typeorm';
import { RunEntity } from '../entities/run.entity.js';
import { transitionRun } from '../transition-run.js';
import { insertRun } from './insert-run.js';
import { findTransitions, toRunState } from './run-state.js';

/** A request as the API shows it, except for its links. */
export type EmbeddingDetails = Omit<EmbeddingView, 'urls'>;

/** A request and its vectors are deleted that long after its end: embeddings of faces are personal data. */
export const EMBEDDINGS_KEPT_MS = 3_600_000;
/** Requests that have not ended, of all clients: each may hold 22 MB of images. */
export const MAX_UNFINISHED_EMBEDDINGS = 32;
/** No client waits that long for a slot. */
export const EMBEDDINGS_QUEUED_MS = 600_000;

/** Key of the advisory lock under which requests are counted and added: any constant of ours. */
const COUNT_LOCK = 0x41_46_00_03;

/**
 * Writes a queued request for embeddings. Must run in a transaction.
 * @returns its id.
 * @throws ArcFleetError `unavailable` beyond {@link MAX_UNFINISHED_EMBEDDINGS}.
 */
export async function createEmbeddingRequest(manager: EntityManager, config: EmbeddingConfig): Promise<string> {
  await manager.query('select pg_advisory_xact_lock($1)', [COUNT_LOCK]);
  const [counted]: { unfinished: number }[] = await manager.query(
    `select count(*)::int as unfinished from runs where kind = 'embedding' and status not in ('succeeded', 'failed', 'canceled')`,
  );
  const unfinished = counted?.unfinished ?? 0;
  if (unfinished >= MAX_UNFINISHED_EMBEDDINGS) {
    const message = `${unfinished} requests for embeddings wait for their end, which is all that may; cancel some or try again later.`;
    throw new ArcFleetError('unavailable', message, { unfinished });
  }
  return insertRun(manager, { kind: 'embedding', config, totalSteps: 1, modelId: config.model.id }, []);
}

/** The images are not read for it. @throws ArcFleetError `not_found`. */
export async function getEmbeddingRequest(manager: EntityManager, id: string): Promise<EmbeddingDetails> {
  const { run, model } = await findWithoutImages(manager, id);
  const { openedModel, result, finishedAt } = run;
  return {
    ...toRunState(run, (await findTransitions(manager, [id])).get(id) ?? []),
    model,
    result: openedModel && result && 'embeddings' in result ? { model: { id: model.id, ...openedModel }, ...result } : null,
    expiresAt: finishedAt && new Date(finishedAt.getTime() + EMBEDDINGS_KEPT_MS).toISOString(),
  };
}

/**
 * Cancels requests that nobody has begun {@link EMBEDDINGS_QUEUED_MS} after they came. Must run in a transaction.
 * @returns their ids.
 */
export async function cancelStaleEmbeddings(manager: EntityManager, now: Date): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `select id from runs where kind = 'embedding' and status = 'queued' and created_at <= $1 for update`,
    [new Date(now.getTime() - EMBEDDINGS_QUEUED_MS)],
  );
  const message = `No slot was free within ${EMBEDDINGS_QUEUED_MS / 60_000} minutes.`;
  for (const { id } of rows) await transitionRun(manager, id, 'canceled', { reason: 'queued_too_long', message, at: now });
  return rows.map(({ id }) => id);
}

/** Deletes requests that ended {@link EMBEDDINGS_KEPT_MS} before `now`. @returns how many */
export async function forgetEmbeddings(manager: EntityManager, now: Date): Promise<number> {
  const [, count]: [unknown[], number] = await manager.query(`delete from runs where kind = 'embedding' and finished_at <= $1`, [
    new Date(now.getTime() - EMBEDDINGS_KEPT_MS),
  ]);
  return count;
}

async function findWithoutImages(
  manager: EntityManager,
  id: string,
): Promise<{ run: RunEntity; model: EmbeddingConfig['model'] }> {
  const columns = manager.connection.getMetadata(RunEntity).columns.map(({ propertyName }) => propertyName);
  const select = Object.fromEntries(columns.map((name) => [name, name !== 'config']));
  const run = await manager.findOne(RunEntity, { where: { id, kind: 'embedding' }, select });
  const rows = await manager.query<{ config: EmbeddingConfig }[]>(`select config - 'images' as config from runs where id = $1`, [
    id,
  ]);
  const config = rows[0]?.config;
  if (!run || !config) throw new ArcFleetError('not_found', `There is no ${RUN_KIND_FACTS.embedding.noun} ${id}.`, { runId: id });
  run.config = config;
  return { run, model: config.model };
}
