import type { ImageSize } from '#datasets';
import { tf, type Engine } from '#engine';
import type { NamedTensors } from '#losses';
import type { Network, RunningStatistics } from '#model-zoo';

export interface EmbedAheadInputs {
  readonly network: Network;
  readonly parameters: NamedTensors;
  readonly statistics: Readonly<Record<string, RunningStatistics>>;
  readonly engine: Engine;
  readonly size: ImageSize;
  /** How many there are, and how many are loaded and embedded at once. */
  readonly count: number;
  readonly batchSize: number;
  /** Pixels of `start`..`end`: an image or more for each, the same number always. */
  readonly load: (start: number, end: number) => Promise<Float32Array>;
  /** Told before each batch. */
  readonly onBatch?: () => void;
}

/** Embeds in eval mode, batch by batch, into `rows` (row-major, in order); the next batch is loaded meanwhile. */
export async function embedAhead(inputs: EmbedAheadInputs, rows: Float32Array): Promise<void> {
  const { network, parameters, statistics, engine, size, count, batchSize, onBatch = () => undefined } = inputs;
  const { height, width } = size;
  const load = (start: number) => (start < count ? inputs.load(start, Math.min(start + batchSize, count)) : null);
  let at = 0;
  let next = load(0);
  for (let start = 0; next; start += batchSize) {
    onBatch();
    const pixels = await next;
    next = load(start + batchSize);
    // Asked for ahead; its failure is seen when it is awaited.
    next?.catch(() => undefined);
    const numImages = pixels.length / (height * width * 3);
    const embedded = tf.tidy(() => network.embed(parameters, statistics, tf.tensor4d(pixels, [numImages, height, width, 3])));
    const end = at + numImages * network.embeddingSize;
    try {
      await engine.readInto(embedded, rows.subarray(at, end));
    } finally {
      embedded.dispose();
    }
    at = end;
  }
}
