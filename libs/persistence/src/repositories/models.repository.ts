import { ArcFleetError, type ModelDetails, type ModelView, type RecordOf, type RunStatus, type RunView } from '#contracts';
import { In, IsNull, type EntityManager } from 'typeorm';
import { ModelEntity } from '../entities/model.entity.js';
import { newId } from '../ids.js';
import { jsonb, storableText } from '../storable.js';
import { findScores } from './evaluations.repository.js';
import { readPage, type Cursor, type ListOptions } from './pages.js';

/** As the API shows it, except for its links. */
export type StoredModel = Omit<ModelView, 'urls'>;
export type StoredModelDetails = Omit<ModelDetails, 'urls'>;

const MAX_EVALUATIONS = 100;

/** Writes the row of a model that a run has stored. @returns its id */
export async function insertModel(
  manager: EntityManager,
  { runId, generation, at }: { runId: string; generation: number; at: Date },
  { step, folder, files, accuracies, isBest, isLast }: RecordOf<'model.written'>,
): Promise<string> {
  const id = newId('mdl');
  await manager.query(
    `insert into models (id, run_id, generation, step, folder, network, embedding_size, files, accuracies, is_best, is_last, created_at)
     select $1, r.id, $3, $4, $5, r.config->'network'->>'name', (r.config->'network'->>'embeddingSize')::int, $6, $7, $8, $9, $10
       from runs r where r.id = $2`,
    [id, runId, generation, step, storableText(folder), jsonb(files), jsonb(accuracies), isBest, isLast, at],
  );
  return id;
}

/** Nobody finds the model in that folder any more. */
export async function forgetModel(manager: EntityManager, runId: string, folder: string, at: Date): Promise<void> {
  await manager.query(`update models set deleted_at = $3 where run_id = $1 and folder = $2 and deleted_at is null`, [
    runId,
    storableText(folder),
    at,
  ]);
}

/** Nor any that was written after that step: a restart threw it away. */
export async function forgetModelsAfter(manager: EntityManager, runId: string, step: number, at: Date): Promise<void> {
  await manager.query(`update models set deleted_at = $3 where run_id = $1 and step > $2 and deleted_at is null`, [
    runId,
    step,
    at,
  ]);
}

/** Models of several runs as their views list them, oldest first. */
export async function findModelsOfRuns(
  manager: EntityManager,
  runIds: readonly string[],
): Promise<Map<string, RunView['models']>> {
  const rows = await manager.find(ModelEntity, {
    where: { runId: In([...runIds]), deletedAt: IsNull() },
    order: { createdAt: 'ASC', step: 'ASC', id: 'ASC' },
  });
  const found = new Map(runIds.map((id): [string, RunView['models']] => [id, []]));
  for (const { runId, id, generation, step, folder, files, accuracies, isBest, isLast } of rows) {
    found.get(runId)?.push({ id, generation, step, folder, files, accuracies, isBest, isLast });
  }
  return found;
}

/** @throws ArcFleetError `not_found`. */
export async function getModel(manager: EntityManager, id: string): Promise<StoredModel> {
  const model = await manager.findOneBy(ModelEntity, { id, deletedAt: IsNull() });
  if (!model) throw new ArcFleetError('not_found', `There is no model ${id}.`, { modelId: id });
  return toStoredModel(model);
}

/** Models, newest first; `runId`: those of one run. */
export async function listModels(
  manager: EntityManager,
  { runId, ...page }: Omit<ListOptions, 'statuses'> & { readonly runId?: string },
): Promise<{ models: StoredModel[]; next: Cursor | null }> {
  const query = manager.createQueryBuilder(ModelEntity, 'model').where('model.deletedAt is null');
  if (runId !== undefined) query.andWhere('model.runId = :runId', { runId });
  const { rows, next } = await readPage(query, page);
  return { models: rows.map(toStoredModel), next };
}

/** A model with where it comes from and what it scored. @throws ArcFleetError `not_found`. */
export async function getModelDetails(manager: EntityManager, id: string): Promise<StoredModelDetails> {
  const model = await getModel(manager, id);
  const runs: StoredModelDetails['run'][] = await manager.query(
    `select id, config->>'name' as name, status, encode(sha256(convert_to((config - 'name' - 'labels')::text, 'UTF8')), 'hex') as "configDigest"
       from runs where id = $1`,
    [model.runId],
  );
  const verifications: StoredModelDetails['verifications'] = await manager.query(
    `select target, scores from verifications
      where run_id = $1 and generation = $2 and step = $3 and subject = 'model' order by target`,
    [model.runId, model.generation, model.step],
  );
  const evaluations: { id: string; status: RunStatus; generation: number; createdAt: Date }[] = await manager.query(
    `select id, status, generation, created_at as "createdAt" from runs
      where model_id = $1 and kind = 'evaluation' order by created_at desc, id desc limit $2`,
    [id, MAX_EVALUATIONS],
  );
  const scores = await findScores(manager, evaluations);
  return {
    ...model,
    run: runs[0] as StoredModelDetails['run'],
    verifications,
    evaluations: evaluations.map((evaluation) => ({
      id: evaluation.id,
      status: evaluation.status,
      createdAt: evaluation.createdAt.toISOString(),
      scores: (scores.get(evaluation.id) ?? []).map((each) => ({ target: each.target, scores: each.scores })),
    })),
  };
}

function toStoredModel({ deletedAt: _, createdAt, ...model }: ModelEntity): StoredModel {
  return { ...model, createdAt: createdAt.toISOString() };
}
