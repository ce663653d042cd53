import type { Collective } from '#collective';
import type { Observer, TrainingJob, RecordBody } from '#contracts';
import type { TrainingSet } from '#datasets';
import type { Engine } from '#engine';
import type { Fault } from './faults.js';
import type { StopMode } from './data/step-message.js';

/** Everything that a rank's training touches; nothing is looked up elsewhere. */
export interface TrainingDeps {
  readonly job: TrainingJob;
  readonly engine: Engine;
  readonly collective: Collective;
  readonly trainingSet: TrainingSet;
  /** Folder that all ranks share. */
  readonly storageRoot: string;
  /** Sends a record and returns its number in the rank's channel. Records must not be lost or reordered. */
  readonly emit: (body: RecordBody) => number;
  /** All records up to and including that number are committed. */
  readonly committedSeq: () => number;
  /** What this rank was told; it is asked once a step. */
  readonly stopMode: () => StopMode;
  /** What the rank is doing, for people and heartbeats. */
  readonly onPhase?: (phase: string, step: number) => void;
  readonly observer: Observer;
  readonly faults?: readonly Fault[];
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
  readonly bucketBytes?: number;
}

export interface TrainingResult {
  readonly outcome: 'succeeded' | 'stopped' | 'canceled';
  /** Updates done. */
  readonly step: number;
  /** Why it succeeded before the run's last step. */
  readonly message?: string;
}
