import { rm } from 'node:fs/promises';
import { ArcFleetError, type TaskResultOf, type WorkOf } from '#contracts';
import { belowStorage } from '../storage-paths.js';
import type { TaskContext } from '../task-deps.js';

/** Folders that hold the files of one model and nothing else. */
const OF_ONE_MODEL = /^(?:runs\/[\w-]+\/model\/g\d+-s\d+|(?:models|exports)\/mdl_[0-9a-z]{20})$/;

/**
 * Removes the folders of deleted models; one that is not there is removed already.
 * @returns the models that have no files any more.
 * @throws ArcFleetError `internal` for a folder that is no model's.
 */
export async function removeModels({
  work,
  storageRoot,
  onPhase,
  signal,
}: TaskContext<WorkOf<'model.remove'>>): Promise<TaskResultOf<'model.remove'>> {
  onPhase('removing', 0);
  const removed: string[] = [];
  for (const { id, folders } of work.models) {
    signal.throwIfAborted();
    for (const folder of folders) {
      if (!OF_ONE_MODEL.test(folder)) {
        throw new ArcFleetError('internal', `${JSON.stringify(folder)} is no folder of a model.`, { folder, modelId: id });
      }
      await rm(belowStorage(storageRoot, folder), { recursive: true, force: true });
    }
    removed.push(id);
  }
  return { task: 'model.remove', removed };
}
