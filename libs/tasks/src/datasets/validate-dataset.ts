import type { TaskResultOf, WorkOf } from '#contracts';
import { surveySet } from '#datasets';
import type { TaskContext } from '../task-deps.js';

/**
 * Reads a data set to its end and says what is in it, or what is broken. Stops between two images.
 * @throws ArcFleetError `storage_unavailable`, `dataset_changed`; the signal's reason.
 */
export async function validateDataset({
  work: { path, kind, decode },
  access,
  signal,
  onPhase,
  onProgress,
}: TaskContext<WorkOf<'dataset.validate'>>): Promise<TaskResultOf<'dataset.validate'>> {
  onPhase('validating', 0);
  const { facts, numProblems, problems } = await surveySet(path, { kind, decode, access, signal, onProgress });
  return { task: 'dataset.validate', facts, numProblems, problems: [...problems] };
}
