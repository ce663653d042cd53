import type { ErrorReport, TaskResult, TaskWork } from '#contracts';
import type { EntityManager } from 'typeorm';
import { applyValidation, applyValidationFailure } from './dataset-effects.js';

/** A task whose end changes the row that it was made for. */
export interface EndedTask {
  readonly runId: string;
  readonly work: TaskWork;
  readonly at: Date;
}

/** What a task found or made becomes a fact, in the transaction that commits its record. */
export async function applyTaskResult(manager: EntityManager, task: EndedTask, result: TaskResult): Promise<void> {
  switch (result.task) {
    case 'dataset.validate':
      if (task.work.task === result.task) await applyValidation(manager, { ...task, work: task.work }, result);
      return;
    case 'model.import':
    case 'model.export':
      return;
  }
}

/** A task that failed or was canceled leaves its row in no state of waiting; in the transaction of the run's last transition. */
export async function applyTaskFailure(
  manager: EntityManager,
  { work, ...task }: EndedTask,
  status: 'failed' | 'canceled',
  error: ErrorReport | null,
): Promise<void> {
  switch (work.task) {
    case 'dataset.validate':
      return applyValidationFailure(manager, { ...task, work }, status, error);
    case 'model.import':
    case 'model.export':
      return;
  }
}
