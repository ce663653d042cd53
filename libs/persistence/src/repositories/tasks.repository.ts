import type { TaskConfig, TaskResult, TaskView, TaskWork } from '#contracts';
import { taskConfigSchema } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { RunEntity } from '../entities/run.entity.js';
import { insertRun } from './insert-run.js';
import type { Cursor, ListOptions } from './pages.js';
import { readRunPage, type RunFilters } from './run-page.js';
import { findRunOfKind, findTransitions, toRunState } from './run-state.js';

/** A task as the API shows it, except for its links. */
export type TaskDetails = Omit<TaskView, 'urls'>;

/**
 * Writes a queued task. Must run in the transaction of the row that waits for it.
 * @returns its id.
 */
export function createTask(manager: EntityManager, work: TaskWork): Promise<string> {
  const config = taskConfigSchema.parse({ work });
  const modelId = 'modelId' in work ? work.modelId : null;
  return insertRun(manager, { kind: 'task', config, totalSteps: 1, modelId }, []);
}

/** @throws ArcFleetError `not_found`. */
export async function getTask(manager: EntityManager, id: string): Promise<TaskDetails> {
  const [task] = await withTransitions(manager, [await findRunOfKind(manager, 'task', id)]);
  return task as TaskDetails;
}

/** Newest first. */
export async function listTasks(
  manager: EntityManager,
  options: ListOptions & RunFilters,
): Promise<{ tasks: TaskDetails[]; next: Cursor | null }> {
  const { rows, next } = await readRunPage(manager, 'task', options);
  return { tasks: await withTransitions(manager, rows), next };
}

async function withTransitions(manager: EntityManager, runs: readonly RunEntity[]): Promise<TaskDetails[]> {
  const transitions = await findTransitions(
    manager,
    runs.map(({ id }) => id),
  );
  return runs.map((run) => ({
    ...toRunState(run, transitions.get(run.id) ?? []),
    step: run.step,
    totalSteps: run.totalSteps ?? 1,
    work: (run.config as TaskConfig).work,
    result: run.result as TaskResult | null,
  }));
}
