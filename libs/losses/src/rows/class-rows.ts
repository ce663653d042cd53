import type { Engine } from '#engine';
import type { Head } from '../head.js';
import type { SelectionInputs } from '../sampling/class-sampler.js';
import type { RowSlot, SlotTensors } from './head-slots.js';

/** Classes of a step that are worked on at once. */
export interface StepChunk {
  /** Classes. */
  readonly size: number;
  readonly tensors: SlotTensors;
}

/** Where a class stands in a step. */
export interface ClassPlace {
  readonly chunk: number;
  readonly position: number;
}

/** The rows of W that take part in one step, on the engine. */
export interface StepRows {
  readonly chunks: readonly StepChunk[];
  /** Classes of all ranks that take part. */
  readonly numActive: number;
  /** What is worth knowing of the choice, the same on every rank. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** `label` is a global class; null when it is not this rank's. A batch's own classes always take part on their rank. */
  locate(label: number): ClassPlace | null;
  /** Replaces a chunk's rows by their updated form; takes the tensors over and disposes of the old ones. */
  commit(chunk: number, tensors: SlotTensors): void | Promise<void>;
  /** Ends the step, also one that failed; releases what was there for this step only. */
  close(): void;
}

/**
 * A rank's rows of W with what belongs to them, and the choice of those that take part in a step. {@link DenseRows} takes all
 * of them and keeps them on the engine; a sampling one may keep them elsewhere and bring only a few.
 */
export interface ClassRows extends Pick<Head, 'slots' | 'classStart' | 'numLocalClasses' | 'rows' | 'load' | 'dispose'> {
  /** Rows of the next step; one step is open at a time. All ranks call it together. */
  open(batch: SelectionInputs): StepRows | Promise<StepRows>;
}

export interface ClassRowsOptions {
  readonly slots: readonly RowSlot[];
  readonly classStart: number;
  readonly numLocalClasses: number;
  /** Classes of all ranks. */
  readonly numClasses: number;
  /** Classes per chunk. */
  readonly chunkSize: number;
  readonly seed: number;
  readonly engine: Engine;
}
