import { ArcFleetError, type ErrorReport, type ImportModel, type TaskResultOf, type UpdateModel, type WorkOf } from '#contracts';
import type { EntityManager } from 'typeorm';
import { newId } from '../ids.js';
import { jsonb, storableText } from '../storable.js';
import { enqueueWebhook } from '../webhook-outbox.js';
import { findModelUses } from './model-uses.js';
import { takeVersion, type StoredModel } from './models.repository.js';
import { createTask } from './tasks.repository.js';

/** Writes a model that is being imported, with its task. Must run in a transaction. @returns its id. */
export async function createImport(manager: EntityManager, input: ImportModel): Promise<string> {
  const id = newId('mdl');
  const { path, epoch, name, labels, description } = input;
  const folder = `models/${id}`;
  const version = await takeVersion(manager, name);
  const work = { task: 'model.import', modelId: id, path, folder, ...(epoch === undefined ? {} : { epoch }) } as const;
  const taskId = await createTask(manager, work);
  await manager.query(
    `insert into models (id, name, version, labels, description, state, source, folder, format, files, accuracies, is_best, is_last,
                         task_id)
     values ($1, $2, $3, $4, $5, 'importing', 'import', $6, 'unknown', '[]', '[]', false, false, $7)`,
    [id, name, version, jsonb(labels), description, folder, taskId],
  );
  return id;
}

/** Changes labels or description of a model whose row is locked. */
export async function updateModel(
  manager: EntityManager,
  { id, revision }: Pick<StoredModel, 'id' | 'revision'>,
  { labels, description }: UpdateModel,
): Promise<void> {
  await manager.query(
    `update models set labels = coalesce($2::jsonb, labels), description = coalesce($3, description), revision = $4 where id = $1`,
    [id, labels === undefined ? null : jsonb(labels), description ?? null, revision + 1],
  );
}

/**
 * Nobody finds the model any more; `results` has its files removed. Its row must be locked for update, so that nothing comes to use it.
 * @throws ArcFleetError `conflict` naming what uses it.
 */
export async function deleteModel(manager: EntityManager, model: StoredModel): Promise<void> {
  const { id, name, version } = model;
  const uses = await findModelUses(manager, model);
  if (uses.length > 0) {
    const message = `Model ${name}@${version} (${id}) is in use: ${uses.map(({ what }) => what).join('; ')}.`;
    throw new ArcFleetError('conflict', message, { modelId: id, uses });
  }
  const at = new Date();
  await manager.query('update models set deleted_at = $2, revision = revision + 1 where id = $1', [id, at]);
  await enqueueWebhook(manager, { type: 'model.deleted', at, runId: null, data: { modelId: id, name, version } });
}

type Model = { id: string; name: string; version: number };

/** An imported model is there. */
export async function completeImport(
  manager: EntityManager,
  { taskId, at, work }: { taskId: string; at: Date; work: WorkOf<'model.import'> },
  { network, embeddingSize, format, folder, files }: TaskResultOf<'model.import'>,
): Promise<void> {
  if (!isBelow(folder, work.folder)) return failImport(manager, { taskId, at, work }, strayed(folder, work.folder));
  const [models]: [Model[], number] = await manager.query(
    `update models set state = 'ready', network = $3, embedding_size = $4, format = $5, folder = $6, files = $7
      where id = $1 and task_id = $2 and state = 'importing' and deleted_at is null returning id, name, version`,
    [
      work.modelId,
      taskId,
      network === null ? null : storableText(network),
      embeddingSize,
      storableText(format),
      folder,
      jsonb(files),
    ],
  );
  for (const { id, name, version } of models) {
    const data = { modelId: id, name, version, source: 'import', taskId };
    await enqueueWebhook(manager, { type: 'model.created', at, runId: null, data });
  }
}

/** An import came to nothing. */
export async function failImport(
  manager: EntityManager,
  { taskId, at, work }: { taskId: string; at: Date; work: WorkOf<'model.import'> },
  error: ErrorReport,
): Promise<void> {
  const [models]: [Model[], number] = await manager.query(
    `update models set state = 'failed', error = $3 where id = $1 and task_id = $2 and state = 'importing' returning id, name, version`,
    [work.modelId, taskId, jsonb(error)],
  );
  for (const { id, name, version } of models) {
    await enqueueWebhook(manager, { type: 'model.failed', at, runId: null, data: { modelId: id, name, version, taskId, error } });
  }
}

/** What a worker says it wrote must lie where it was told to write. */
export function isBelow(folder: string, parent: string): boolean {
  return folder.startsWith(`${parent}/`) && /^[\w-]+$/.test(folder.slice(parent.length + 1));
}
export const strayed = (folder: string, parent: string): ErrorReport => ({
  code: 'internal',
  message: `The task says that it wrote to ${folder}, which is not below ${parent}.`,
});
