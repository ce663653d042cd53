import { ImageDecoder, type BatchPlan } from './pipeline/image-decoder.js';
import type { TrainingSet } from './training-set.js';

/** A decoded batch: `pixels` is RGB 0..255, batch x height x width x 3. */
export interface Batch {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

export interface BatchLoaderOptions {
  readonly set: TrainingSet;
  /** The plan of a step, or undefined when there is no such step. Must be a pure function: it is asked ahead of time. */
  readonly plan: (step: number) => BatchPlan | undefined;
  /** Whoever made it closes it. Default: images are decoded on the calling thread. */
  readonly decoder?: ImageDecoder;
  /** How many steps are decoded ahead of the one that was asked for. Default 1. */
  readonly prefetch?: number;
}

interface Loading {
  readonly batch: Promise<Batch>;
  isReady: boolean;
}

/**
 * Delivers the batches of a training run in step order and decodes the next ones while the current one is computed on.
 * Buffers are reused: give a batch back with {@link release} once its pixels were copied to a tensor.
 */
export class BatchLoader {
  private readonly pending = new Map<number, Loading>();
  private readonly free: Batch[] = [];
  private readonly decoder: ImageDecoder;
  private readonly prefetch: number;
  private decodedImages = 0;
  private decodeSeconds = 0;
  private readyBatches = 0;

  constructor(private readonly options: BatchLoaderOptions) {
    const { set } = options;
    this.prefetch = options.prefetch ?? 1;
    this.decoder = options.decoder ?? new ImageDecoder({ size: set, source: null, threads: 0 });
  }

  /**
   * The batch of `step`; starts decoding the following ones. Throws `RangeError` when the plan has no such step, and what the
   * decoder throws.
   */
  async batch(step: number): Promise<Batch> {
    const wanted = this.start(step);
    if (wanted === undefined) throw new RangeError(`The plan has no step ${step}`);
    // A jump (resume, replay) leaves batches behind that nobody will ask for.
    for (const other of this.pending.keys()) if (other < step || other > step + this.prefetch) this.drop(other);
    this.readyBatches = [...this.pending.values()].filter(({ isReady }) => isReady).length;
    for (let ahead = 1; ahead <= this.prefetch; ahead++) this.start(step + ahead);
    try {
      return await wanted.batch;
    } finally {
      this.pending.delete(step);
    }
  }

  /** Gives the buffers of a batch back; it must not be read afterwards. */
  release(batch: Batch): void {
    this.free.push(batch);
  }

  /**
   * How decoding keeps up: batches that were ready when the last one was asked for (that one included), and thread
   * milliseconds per image since the last call (0: none was decoded).
   */
  takeMetrics(): { readyBatches: number; decodeMsPerImage: number } {
    const decodeMsPerImage = this.decodedImages > 0 ? (1000 * this.decodeSeconds) / this.decodedImages : 0;
    [this.decodedImages, this.decodeSeconds] = [0, 0];
    return { readyBatches: this.readyBatches, decodeMsPerImage };
  }

  /** Waits for what is being decoded, so that the set can be closed. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.pending.values()].map(({ batch }) => batch));
    this.pending.clear();
    this.free.length = 0;
  }

  private start(step: number): Loading | undefined {
    const running = this.pending.get(step);
    if (running !== undefined) return running;
    const plan = this.options.plan(step);
    if (plan === undefined) return undefined;
    const loading: Loading = { batch: this.load(plan), isReady: false };
    loading.batch.then(
      () => (loading.isReady = true),
      // The failure of a batch that was decoded ahead belongs to whoever asks for that step, not to the process.
      () => undefined,
    );
    this.pending.set(step, loading);
    return loading;
  }

  private async load(plan: BatchPlan): Promise<Batch> {
    const batch = this.take(plan.indices.length);
    const { total } = await this.decoder.decodeSamples(this.options.set, plan, batch.pixels, batch.labels);
    this.decodedImages += plan.indices.length;
    this.decodeSeconds += total;
    return batch;
  }

  private take(count: number): Batch {
    const { height, width } = this.options.set;
    const length = count * height * width * 3;
    const at = this.free.findIndex((batch) => batch.pixels.length === length);
    const found = at < 0 ? undefined : this.free.splice(at, 1)[0];
    return found ?? { pixels: this.decoder.allocate(length), labels: new Int32Array(count) };
  }

  private drop(step: number): void {
    const loading = this.pending.get(step);
    this.pending.delete(step);
    loading?.batch.then((batch) => this.release(batch)).catch(() => undefined);
  }
}
