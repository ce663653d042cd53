import type { ErrorReport, ExportFormat, FileEntry, TaskResultOf, WorkOf } from '#contracts';
import type { EntityManager } from 'typeorm';
import { ModelExportEntity } from '../entities/model-export.entity.js';
import { jsonb } from '../storable.js';
import { isBelow, strayed } from './model-changes.repository.js';
import type { StoredModel } from './models.repository.js';
import { createTask } from './tasks.repository.js';

export type ModelExport = Pick<ModelExportEntity, 'state' | 'taskId' | 'folder' | 'files' | 'error'>;

/** The model in another format, as far as it is; null: nobody has asked for it yet. */
export function findExport(manager: EntityManager, modelId: string, format: ExportFormat): Promise<ModelExport | null> {
  return manager.findOneBy(ModelExportEntity, { modelId, format });
}

/**
 * Has the model exported unless it is, or is about to be: a task makes the files. The model's row must be locked for update, which is
 * what makes one task of two requests at once.
 *
 * @param again an export that failed is tried anew
 */
export async function requestExport(
  manager: EntityManager,
  { id, folder }: Pick<StoredModel, 'id' | 'folder'>,
  format: ExportFormat,
  again: boolean,
): Promise<ModelExport & { readonly isNew: boolean }> {
  const found = await findExport(manager, id, format);
  if (found && (found.state !== 'failed' || !again)) return { ...found, isNew: false };
  const to = `exports/${id}/${format}`;
  const taskId = await createTask(manager, { task: 'model.export', modelId: id, folder, format, to });
  await manager.query(
    `insert into model_exports (model_id, format, state, task_id, folder) values ($1, $2, 'pending', $3, $4)
     on conflict (model_id, format) do update
       set state = excluded.state, task_id = excluded.task_id, folder = excluded.folder, files = '[]', error = null,
           created_at = now(), finished_at = null`,
    [id, format, taskId, to],
  );
  return { state: 'pending', taskId, folder: to, files: [], error: null, isNew: true };
}

/** The files of an export are there. */
export async function completeExport(
  manager: EntityManager,
  { taskId, at, work }: { taskId: string; at: Date; work: WorkOf<'model.export'> },
  { folder, files }: TaskResultOf<'model.export'>,
): Promise<void> {
  if (!isBelow(folder, work.to)) return failExport(manager, { taskId, at, work }, strayed(folder, work.to));
  await finish(manager, { taskId, at, work }, { state: 'ready', folder, files, error: null });
}

/** An export came to nothing. */
export async function failExport(
  manager: EntityManager,
  { taskId, at, work }: { taskId: string; at: Date; work: WorkOf<'model.export'> },
  error: ErrorReport,
): Promise<void> {
  await finish(manager, { taskId, at, work }, { state: 'failed', folder: work.to, files: [], error });
}

interface End {
  readonly state: 'ready' | 'failed';
  readonly folder: string;
  readonly files: readonly FileEntry[];
  readonly error: ErrorReport | null;
}

async function finish(
  manager: EntityManager,
  { taskId, at, work }: { taskId: string; at: Date; work: WorkOf<'model.export'> },
  { state, folder, files, error }: End,
): Promise<void> {
  await manager.query(
    `update model_exports set state = $4, folder = $5, files = $6, error = $7, finished_at = $8
      where model_id = $1 and format = $2 and task_id = $3 and state = 'pending'`,
    [work.modelId, work.format, taskId, state, folder, jsonb(files), error ? jsonb(error) : null, at],
  );
}
