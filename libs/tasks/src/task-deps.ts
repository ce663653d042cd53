import type { Observer, RecordBody, TaskJob, TaskWork } from '#contracts';
import type { RemoteAccess } from '#datasets';
import type { Engine } from '#engine';

/** Everything that a task touches; nothing is looked up elsewhere. */
export interface TaskDeps {
  readonly job: TaskJob;
  /** Starts the worker's engine; most tasks need none. */
  readonly openEngine: () => Promise<Engine>;
  /** Folder that all workers share; models lie below it. */
  readonly storageRoot: string;
  /** Folders from which models may be imported; default: from everywhere that the worker can read. */
  readonly importRoots?: readonly string[] | undefined;
  /** How `s3://` paths are reached, and where what is read of them is kept. */
  readonly access?: RemoteAccess | undefined;
  readonly emit: (body: RecordBody) => void;
  /** What this rank was told; asked between steps. */
  readonly stopMode: () => 'none' | 'stop' | 'cancel';
  /** What the task is doing, for people and heartbeats. */
  readonly onPhase: (phase: string, step: number | null) => void;
  readonly observer: Observer;
}

/** One kind of task with what it was asked to do. */
export type TaskContext<W extends TaskWork> = Omit<TaskDeps, 'job' | 'emit' | 'stopMode'> & {
  readonly work: W;
  /** Names this attempt among all of the task: a folder of that name is its own. */
  readonly attempt: string;
  /** Aborted when the task is to stop. */
  readonly signal: AbortSignal;
};
