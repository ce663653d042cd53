import type { Collective, Payload } from '#collective';

/** What a checkpoint keeps for every class, under a name: `width` values per class. */
export interface HeadSlot {
  readonly name: string;
  readonly width: number;
  /** A checkpoint may lack it, one of a run that sampled otherwise: then `load` gets nothing for it. */
  readonly isOptional?: boolean;
}

/** Consecutive classes with their slots, each row-major `numRows x width`. */
export interface HeadRows {
  /** Global index of the first class. */
  readonly classStart: number;
  readonly numRows: number;
  readonly slots: Readonly<Record<string, Float32Array>>;
}

export interface HeadStepInputs {
  /** Embeddings of the global batch, B x D: the ranks' payloads in rank order, or one array. */
  readonly features: readonly Payload[] | Float32Array;
  /** Global labels of the B rows. */
  readonly labels: Int32Array;
  readonly learningRate: number;
  readonly collective: Collective;
  /** Number of this update in the run, from 1: for messages, and for what an optimizer counts. */
  readonly step: number;
}

export interface HeadStepResult {
  /** Mean over the global batch, the same on every rank. */
  readonly loss: number;
  /** Gradient of that mean by all B embeddings through this rank's classes, B x D; the sum over ranks is the gradient. */
  readonly dFeatures: Float32Array;
  /** Further scalars of the step for the run's metrics, the same on every rank. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** What stands on top of the backbone: turns embeddings and labels into a loss and its gradient, and trains what it owns. */
export interface Head {
  /** Empty for a loss without class centers. */
  readonly slots: readonly HeadSlot[];
  readonly classStart: number;
  readonly numLocalClasses: number;
  /**
   * One step; all ranks call it with the same features and labels.
   *
   * @throws ArcFleetError `non_finite` on all ranks, before anything changed; `dataset_invalid` for a label out of range;
   *   `shape_mismatch`; and what the collective throws.
   */
  step(inputs: HeadStepInputs): Promise<HeadStepResult>;
  /** This rank's classes for a checkpoint, piece by piece in class order; with all slots, or `slot` alone. */
  rows(slot?: string): AsyncGenerator<HeadRows>;
  /**
   * Replaces all classes; `read` answers for ranges of global classes, so any split can be the source.
   *
   * @throws ArcFleetError `checkpoint_mismatch` when the length does not fit.
   */
  load(read: (classStart: number, numRows: number) => Promise<Readonly<Record<string, Float32Array>>>): Promise<void>;
  dispose(): void;
}
