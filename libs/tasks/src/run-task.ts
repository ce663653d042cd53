import { ArcFleetError, type TaskResult, type TaskWork } from '#contracts';
import { exportModel } from './models/export-model.js';
import { importModel } from './models/import-model.js';
import { removeModels } from './models/remove-models.js';
import type { TaskContext, TaskDeps } from './task-deps.js';

/** How often it is asked whether the task is to stop. */
const LOOK_MS = 200;

/**
 * Does one task and reports its result. A stop or cancel ends it where it is; the next generation, if there is one, starts anew.
 * @throws ArcFleetError of the room that does the work.
 */
export async function runTask({ job, emit, stopMode, ...deps }: TaskDeps): Promise<'succeeded' | 'stopped' | 'canceled'> {
  const stopping = new AbortController();
  const timer = setInterval(() => {
    if (stopMode() !== 'none') stopping.abort();
  }, LOOK_MS);
  try {
    const attempt = `${job.runId}-g${job.generation}`;
    const result = await doWork(job.config.work, { ...deps, attempt, signal: stopping.signal });
    emit({ type: 'task.completed', result });
    return 'succeeded';
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    return stopMode() === 'cancel' ? 'canceled' : 'stopped';
  } finally {
    clearInterval(timer);
  }
}

async function doWork(work: TaskWork, context: Omit<TaskContext<TaskWork>, 'work'>): Promise<TaskResult> {
  switch (work.task) {
    case 'model.import':
      return importModel({ ...context, work });
    case 'model.export':
      return exportModel({ ...context, work });
    case 'model.remove':
      return removeModels({ ...context, work });
    case 'dataset.validate':
      throw new ArcFleetError('internal', `${work.task} is not built yet.`);
  }
}
