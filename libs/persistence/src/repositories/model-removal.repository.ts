import type { TaskResultOf, WorkOf } from '#contracts';
import type { EntityManager } from 'typeorm';
import { createTask } from './tasks.repository.js';

/** Models whose files one task removes. */
const BATCH = 100;
/** A removal that failed is tried again after that. */
export const REMOVAL_RETRY_MS = 300_000;

/**
 * Makes a task that removes the files of deleted models, if there are any and no such task is under way or has just failed. Must run
 * in a transaction; called by the one process that decides.
 * @returns id of the task; null: there is nothing to do now.
 */
export async function removeDeletedModels(manager: EntityManager, now: Date): Promise<string | null> {
  const models: { id: string; folder: string; source: string }[] = await manager.query(
    // A run replaces its models also while one is exported: what that writes must not come after the removal.
    `select id, folder, source from models m where deleted_at is not null and files_gone_at is null
        and not exists (select from runs r where r.model_id = m.id and r.kind = 'task' and r.status not in ('succeeded', 'failed', 'canceled'))
      order by deleted_at limit $1`,
    [BATCH],
  );
  if (models.length === 0) return null;
  const others: unknown[] = await manager.query(
    `select 1 from runs where kind = 'task' and config->'work'->>'task' = 'model.remove' and status not in ('succeeded', 'failed', 'canceled')
     union all
     select 1 from runs where kind = 'task' and config->'work'->>'task' = 'model.remove' and created_at > $1
        and status in ('failed', 'canceled') limit 1`,
    [new Date(now.getTime() - REMOVAL_RETRY_MS)],
  );
  if (others.length > 0) return null;
  const work = models.map(({ id, folder, source }) => ({
    id,
    // Attempts of an import lie side by side below the model's own folder.
    folders: [source === 'import' ? `models/${id}` : folder, `exports/${id}`],
  }));
  return createTask(manager, { task: 'model.remove', models: work });
}

/** The files of those models are gone, and so are their exports. */
export async function completeRemoval(
  manager: EntityManager,
  { at, work }: { at: Date; work: WorkOf<'model.remove'> },
  { removed }: TaskResultOf<'model.remove'>,
): Promise<void> {
  const asked = new Set(work.models.map(({ id }) => id));
  const gone = removed.filter((id) => asked.has(id));
  await manager.query('update models set files_gone_at = $2 where id = any($1::text[]) and deleted_at is not null', [gone, at]);
  await manager.query('delete from model_exports where model_id = any($1::text[])', [gone]);
}
