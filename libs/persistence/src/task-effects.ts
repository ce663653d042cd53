import type { ErrorReport, TaskResult, TaskWork } from '#contracts';
import type { EntityManager } from 'typeorm';

/** A task whose end changes the row that it was made for. */
export interface EndedTask {
  readonly runId: string;
  readonly work: TaskWork;
  readonly at: Date;
}

/** What a task found or made becomes a fact, in the transaction that commits its record. */
export async function applyTaskResult(_manager: EntityManager, _task: EndedTask, result: TaskResult): Promise<void> {
  switch (result.task) {
    case 'dataset.validate':
    case 'model.import':
    case 'model.export':
      return;
  }
}

/** A task that failed or was canceled leaves its row in no state of waiting; in the transaction of the run's last transition. */
export async function applyTaskFailure(
  _manager: EntityManager,
  { work }: EndedTask,
  _status: 'failed' | 'canceled',
  _error: ErrorReport | null,
): Promise<void> {
  switch (work.task) {
    case 'dataset.validate':
    case 'model.import':
    case 'model.export':
      return;
  }
}
