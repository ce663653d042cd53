import type { EngineName } from '#contracts';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A tfjs backend that is ready to train, and what the rest of the code needs beyond tfjs. */
export interface Engine {
  readonly name: EngineName;
  /** For people: backend, versions, device, threads. */
  readonly description: string;
  readonly threads: number;
  /**
   * Copies a float32 tensor into `target` (same element count) without blocking where the backend can; never `dataSync()`
   * on the step's path, since some backends have no synchronous read-back. Does not dispose of the tensor.
   */
  readInto(tensor: Tensor, target: Float32Array): void | Promise<void>;
}

export interface EngineStatus {
  readonly name: EngineName;
  readonly available: boolean;
  /** What it is when available; what is missing and which command supplies it when not. */
  readonly detail: string;
}
