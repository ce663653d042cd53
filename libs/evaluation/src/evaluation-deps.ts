import type { Collective } from '#collective';
import type { EmbeddingJob, EvaluationJob, Observer, RecordBody } from '#contracts';
import type { RemoteAccess } from '#datasets';
import type { Engine } from '#engine';

/** Everything that a rank's evaluation touches; nothing is looked up elsewhere. */
export interface EvaluationDeps {
  readonly job: EvaluationJob;
  readonly engine: Engine;
  readonly collective: Collective;
  /** Folder that all ranks share; a model of ours lies below it. */
  readonly storageRoot: string;
  /** How `s3://` paths are reached, and where what is read of them is kept. */
  readonly access?: RemoteAccess | undefined;
  /** Sends a record; rank 0 alone reports scores. */
  readonly emit: (body: RecordBody) => void;
  /** What this rank was told; asked between batches. The ranks leave together. */
  readonly stopMode: () => 'none' | 'stop' | 'cancel';
  /** What the rank is doing, for people and heartbeats. */
  readonly onPhase?: (phase: string, step: number | null) => void;
  readonly observer: Observer;
}

export interface EvaluationResult {
  readonly outcome: 'succeeded' | 'stopped' | 'canceled';
  /** Targets scored. */
  readonly step: number;
}

/** A request for embeddings: one rank, no peers. */
export interface EmbeddingDeps extends Omit<EvaluationDeps, 'job' | 'collective'> {
  readonly job: EmbeddingJob;
}
