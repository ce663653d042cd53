import { rm } from 'node:fs/promises';
import { ArcFleetError, type TaskResultOf, type WorkOf } from '#contracts';
import { belowStorage } from '../storage-paths.js';
import type { TaskContext } from '../task-deps.js';

/** Folders that hold the files of one model and nothing else. */
const OF_ONE_MODEL = /^(?:runs\/[\w-]+\/model\/g\d+-s\d+|(?:models|exports)\/mdl_[0-9a-z]{20})$/;

/**
 * Removes the folders of deleted models; one that is not there is removed already. A model whose files cannot be removed holds up no
 * other.
 * @returns the models that have no files any more.
 * @throws ArcFleetError `internal` for a folder that is no model's; what the file system says when nothing could be removed.
 */
export async function removeModels({
  work,
  storageRoot,
  onPhase,
  signal,
  observer,
}: TaskContext<WorkOf<'model.remove'>>): Promise<TaskResultOf<'model.remove'>> {
  onPhase('removing', 0);
  const removed: string[] = [];
  let failure: unknown;
  for (const { id, folders } of work.models) {
    signal.throwIfAborted();
    try {
      for (const folder of folders) await rm(pathOf(storageRoot, id, folder), { recursive: true, force: true });
      removed.push(id);
    } catch (error) {
      failure ??= error;
      observer.log('warn', 'files of a deleted model stay', { modelId: id, error: String(error) });
    }
  }
  // Those that are left are told again by the next task, and fail alone.
  if (failure !== undefined && removed.length === 0) throw failure;
  return { task: 'model.remove', removed };
}

function pathOf(storageRoot: string, modelId: string, folder: string): string {
  if (OF_ONE_MODEL.test(folder)) return belowStorage(storageRoot, folder);
  throw new ArcFleetError('internal', `${JSON.stringify(folder)} is no folder of a model.`, { folder, modelId });
}
