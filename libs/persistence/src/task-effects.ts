import type { ErrorReport, TaskResult, TaskWork } from '#contracts';
import type { EntityManager } from 'typeorm';
import { completeImport, failImport } from './repositories/model-changes.repository.js';
import { completeExport, failExport } from './repositories/model-exports.repository.js';
import { completeRemoval } from './repositories/model-removal.repository.js';

/** A task whose end changes the row that it was made for. */
export interface EndedTask {
  readonly runId: string;
  readonly work: TaskWork;
  readonly at: Date;
}

/** What a task found or made becomes a fact, in the transaction that commits its record. */
export async function applyTaskResult(
  manager: EntityManager,
  { runId: taskId, work, at }: EndedTask,
  result: TaskResult,
): Promise<void> {
  if (work.task === 'model.import' && result.task === work.task) await completeImport(manager, { taskId, at, work }, result);
  if (work.task === 'model.export' && result.task === work.task) await completeExport(manager, { taskId, at, work }, result);
  if (work.task === 'model.remove' && result.task === work.task) await completeRemoval(manager, { at, work }, result);
}

/** A task that failed or was canceled leaves its row in no state of waiting; in the transaction of the run's last transition. */
export async function applyTaskFailure(
  manager: EntityManager,
  { runId: taskId, work, at }: EndedTask,
  status: 'failed' | 'canceled',
  error: ErrorReport | null,
): Promise<void> {
  const report = error ?? { code: 'conflict', message: `The task ${taskId} was ${status} before it had done its work.` };
  switch (work.task) {
    case 'dataset.validate':
      return;
    case 'model.import':
      return failImport(manager, { taskId, at, work }, report);
    case 'model.export':
      return failExport(manager, { taskId, at, work }, report);
    case 'model.remove':
      // Tried again: `removeDeletedModels`.
      return;
  }
}
