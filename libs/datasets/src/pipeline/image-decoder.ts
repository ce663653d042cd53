import type { AugmentationConfig } from '#contracts';
import { isAugmenting } from '../augmentation/augment.js';
import type { ImageSize } from '../decode-image.js';
import type { SampleSource } from '../sample-source.js';
import type { TrainingSet } from '../training-set.js';
import { DecodePool } from './decode-pool.js';
import type { DecodeTask, EncodedImages, StageSeconds } from './decode-task.js';
import { DecodeFailure, runDecodeTask, type TaskImages } from './run-decode-task.js';

/** Which samples a step needs, in batch order, and what happens to them. */
export interface BatchPlan {
  readonly indices: ArrayLike<number>;
  /** 1 (or true): mirrored left to right. Absent: none. */
  readonly mirror?: ArrayLike<number | boolean>;
  /** Where the random draws stand: image i is sample `firstSample + i` of the global batch of `step`. Absent: no augmentation. */
  readonly draws?: { readonly seed: number; readonly step: number; readonly firstSample: number };
}

export interface ImageDecoderOptions {
  /** Size in pixels that images are decoded to. */
  readonly size: ImageSize;
  /** What the threads open to read samples; null: they are only given bytes. */
  readonly source: SampleSource | null;
  /** 0: images are decoded on the calling thread (and libuv's), as those of a set in memory must be. */
  readonly threads: number;
  readonly augmentation?: AugmentationConfig;
}

/** Decodes images into float32 batches, RGB 0..255, HWC, by threads of its own. {@link close} it. */
export class ImageDecoder {
  private readonly pool: DecodePool | null;
  private readonly augmentation: AugmentationConfig | null;

  constructor(private readonly options: ImageDecoderOptions) {
    const { source, threads, augmentation } = options;
    this.pool = threads > 0 ? new DecodePool(source, threads) : null;
    this.augmentation = augmentation && isAugmenting(augmentation) ? augmentation : null;
  }

  /** A batch that the threads can write to: `length` values. */
  allocate(length: number): Float32Array {
    return this.pool ? new Float32Array(new SharedArrayBuffer(length * 4)) : new Float32Array(length);
  }

  /**
   * Reads the samples of a plan into `pixels` (see {@link allocate}) and `labels`. Returns the thread seconds that it took.
   * Throws `dataset_corrupt` naming the record, the first one by position; `decoder_crashed` when a thread ended.
   */
  async decodeSamples(set: TrainingSet, plan: BatchPlan, pixels: Float32Array, labels: Int32Array): Promise<StageSeconds> {
    const { indices, mirror, draws } = plan;
    const count = indices.length;
    if (labels.length < count) throw new RangeError(`${count} labels do not fit ${labels.length}`);
    for (let position = 0; position < count; position++) labels[position] = set.labels[indices[position]!]!;
    const task = this.task(count, pixels, {
      mirror: mirror ? Uint8Array.from({ length: count }, (_, position) => (mirror[position] ? 1 : 0)) : null,
      augmentation: this.augmentation && draws ? { config: this.augmentation, ...draws } : null,
    });
    return this.run(
      task,
      (from, to) => {
        const locations = set.locate(Uint32Array.from({ length: to - from }, (_, at) => indices[from + at]!));
        if (locations === null) throw new TypeError(`${set.path} lies in memory: no other thread can read it`);
        return { kind: 'located', locations };
      },
      {
        read: (position) => set.read(indices[position]!),
        describe: (position) => set.describe(indices[position]!),
      },
    );
  }

  /**
   * Decodes encoded images into `pixels`; `bothWays`: each as it is and then mirrored. `nameOf` tells what an error message calls
   * an image. Throws as {@link decodeSamples} does.
   */
  async decodeImages(
    images: readonly Uint8Array[],
    nameOf: (index: number) => string,
    pixels: Float32Array,
    bothWays = false,
  ): Promise<StageSeconds> {
    return this.run(
      this.task(images.length, pixels, { bothWays }),
      (from, to) => ({
        kind: 'bytes',
        images: images.slice(from, to),
        names: Array.from({ length: to - from }, (_, at) => nameOf(from + at)),
      }),
      { read: (position) => Promise.resolve(images[position]!), describe: nameOf },
    );
  }

  /** Ends the threads after what they are doing. */
  async close(): Promise<void> {
    await this.pool?.close();
  }

  private task(count: number, pixels: Float32Array, more: Partial<DecodeTask>): DecodeTask {
    const { height, width } = this.options.size;
    // A set may be given as its size; what goes to a thread is plain data.
    const size = { height, width };
    const task = { count, size, mirror: null, bothWays: false, augmentation: null, pixels, start: 0, ...more };
    if (pixels.length < count * (task.bothWays ? 2 : 1) * size.height * size.width * 3) {
      throw new RangeError(`A batch of ${count} images of ${size.height} x ${size.width} does not fit its buffers`);
    }
    return task;
  }

  private async run(
    task: DecodeTask,
    encodedOf: (from: number, to: number) => EncodedImages,
    here: TaskImages,
  ): Promise<StageSeconds> {
    try {
      return await (this.pool ? this.pool.run(task, encodedOf) : runDecodeTask(task, here));
    } catch (error) {
      throw error instanceof DecodeFailure ? error.error : error;
    }
  }
}
