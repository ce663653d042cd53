import { join } from 'node:path';
import { tensorBoardFile } from '../checkpoint/folders.js';
import type { TrainingDeps } from '../training-deps.js';
import { EventFile } from './event-file.js';
import { eventsOf } from './scalars.js';

/** Trains with a copy of rank 0's scalars in TensorBoard's format, one file per generation. Losing that file ends no training. */
export async function withTensorBoard<T>(deps: TrainingDeps, train: (deps: TrainingDeps) => Promise<T>): Promise<T> {
  const { job, storageRoot, observer } = deps;
  if (job.rank !== 0) return train(deps);
  const path = join(storageRoot, tensorBoardFile(job.runId, job.generation));
  const file = new EventFile(path, (error) =>
    observer.log('warn', 'TensorBoard events are lost', { path, error: error.message }),
  );
  try {
    return await train({
      ...deps,
      emit: (body) => {
        const events = eventsOf(body, Date.now() / 1000);
        if (events.length > 0) file.append(events);
        return deps.emit(body);
      },
    });
  } finally {
    await file.close();
  }
}
