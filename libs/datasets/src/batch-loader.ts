import { decodeImage, placeImage } from './decode-image.js';
import type { TrainingSet } from './training-set.js';

/** Which samples a step needs, in batch order, and which of them are mirrored. */
export interface BatchPlan {
  readonly indices: ArrayLike<number>;
  /** 1 (or true): mirrored left to right. Absent: none. */
  readonly mirror?: ArrayLike<number | boolean>;
}

/** A decoded batch: `pixels` is RGB 0..255, batch x height x width x 3. */
export interface Batch<P extends Uint8Array | Float32Array = Float32Array> {
  readonly pixels: P;
  readonly labels: Int32Array;
}

export interface BatchLoaderOptions<P extends Uint8Array | Float32Array> {
  readonly set: TrainingSet;
  /** The plan of a step, or undefined when there is no such step. Must be a pure function: it is asked ahead of time. */
  readonly plan: (step: number) => BatchPlan | undefined;
  /** Makes a buffer of `length` values; `(length) => new Float32Array(length)` or a Uint8Array. */
  readonly allocate: (length: number) => P;
  /** How many steps are decoded ahead of the one that was asked for. Default 1. */
  readonly prefetch?: number;
}

/**
 * Reads one batch into `pixels` (batch x height x width x 3 values from `start` on). Reading and decoding run on
 * libuv's threads. Throws `dataset_corrupt` naming the record.
 */
export async function loadBatch(
  set: TrainingSet,
  plan: BatchPlan,
  pixels: Uint8Array | Float32Array,
  labels: Int32Array,
): Promise<void> {
  const imageLength = set.height * set.width * 3;
  const count = plan.indices.length;
  if (pixels.length < count * imageLength || labels.length < count) {
    throw new RangeError(`A batch of ${count} images of ${set.height} x ${set.width} does not fit its buffers`);
  }
  const one = async (position: number): Promise<void> => {
    const index = plan.indices[position] as number;
    const image = await decodeImage(await set.read(index), set, set.describe(index));
    placeImage(image, set, Boolean(plan.mirror?.[position]), pixels, position * imageLength);
    labels[position] = set.labels[index] as number;
  };
  const results = await Promise.allSettled(Array.from({ length: count }, (_, position) => one(position)));
  // The first failure by position, not by time, so that the same damaged file gives the same message.
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/**
 * Delivers the batches of a training run in step order and decodes the next ones while the current one is computed on.
 * Buffers are reused: give a batch back with {@link release} once its pixels were copied to a tensor.
 */
export class BatchLoader<P extends Uint8Array | Float32Array = Float32Array> {
  private readonly pending = new Map<number, Promise<Batch<P>>>();
  private readonly free: Batch<P>[] = [];
  private readonly prefetch: number;

  constructor(private readonly options: BatchLoaderOptions<P>) {
    this.prefetch = options.prefetch ?? 1;
  }

  /** The batch of `step`; starts decoding the following ones. Throws `RangeError` when the plan has no such step. */
  async batch(step: number): Promise<Batch<P>> {
    const wanted = this.start(step);
    if (wanted === undefined) throw new RangeError(`The plan has no step ${step}`);
    // A jump (resume, replay) leaves batches behind that nobody will ask for.
    for (const other of this.pending.keys()) if (other < step || other > step + this.prefetch) this.drop(other);
    for (let ahead = 1; ahead <= this.prefetch; ahead++) this.start(step + ahead);
    try {
      return await wanted;
    } finally {
      this.pending.delete(step);
    }
  }

  /** Gives the buffers of a batch back; it must not be read afterwards. */
  release(batch: Batch<P>): void {
    this.free.push(batch);
  }

  /** Waits for what is being decoded, so that the set can be closed. */
  async close(): Promise<void> {
    await Promise.allSettled(this.pending.values());
    this.pending.clear();
    this.free.length = 0;
  }

  private start(step: number): Promise<Batch<P>> | undefined {
    const running = this.pending.get(step);
    if (running !== undefined) return running;
    const plan = this.options.plan(step);
    if (plan === undefined) return undefined;
    const batch = this.take(plan.indices.length);
    const loading = loadBatch(this.options.set, plan, batch.pixels, batch.labels).then(() => batch);
    // The failure of a batch that was decoded ahead belongs to whoever asks for that step, not to the process.
    loading.catch(() => undefined);
    this.pending.set(step, loading);
    return loading;
  }

  private take(count: number): Batch<P> {
    const { set, allocate } = this.options;
    const length = count * set.height * set.width * 3;
    const at = this.free.findIndex((batch) => batch.pixels.length === length);
    const found = at < 0 ? undefined : this.free.splice(at, 1)[0];
    return found ?? { pixels: allocate(length), labels: new Int32Array(count) };
  }

  private drop(step: number): void {
    const loading = this.pending.get(step);
    this.pending.delete(step);
    loading?.then((batch) => this.release(batch)).catch(() => undefined);
  }
}
