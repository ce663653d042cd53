import type { Collective, Payload } from '#collective';
import type { Embedder } from '#model-files';
import type { ImageList } from './images.js';
import { Interrupted, STOP_CODES, type StopMode } from './interrupted.js';
import { pixelsAhead, type PixelBatch } from './pixels-ahead.js';

/** A rank may stay silent that long while it embeds. */
const LEASE_MS = 600_000;
/** Ranks meet about that often, to hand over what they have and to hear of a stop. */
const ROUND_MS = 2_000;

export interface EmbedImagesInputs {
  readonly collective: Collective;
  readonly embedder: Embedder;
  readonly images: ImageList;
  readonly batchSize: number;
  /** Embed each image mirrored, too. */
  readonly flip: boolean;
  /** `apart`: keep both embeddings of an image; `summed`: one row per image, half the memory. */
  readonly mirrored: 'apart' | 'summed';
  readonly stopMode: () => StopMode;
  /** Told about every round: images done by all ranks. */
  readonly onProgress?: (done: number) => void;
}

export interface Embeddings {
  /** Images x embeddingSize, row-major: as they are, or the sum of both. */
  readonly plain: Float32Array;
  /** Of the mirrored images; null when they were not asked for, or are in the sum. */
  readonly mirrored: Float32Array | null;
  /** Mean L2 norm of all raw rows, mirrored ones included. */
  readonly xnorm: number;
  /** Images of another size than the model's that were cropped to their middle, by all ranks. */
  readonly numCropped: number;
}

/**
 * Embeds images by all ranks together: each takes a contiguous share, in rounds; rank 0 collects. The next batch is decoded while
 * one is computed. An image's embedding does not depend on the number of ranks but by how an engine rounds batches of other sizes.
 *
 * Memory: rank 0 holds all rows, the others one round's.
 *
 * @returns on rank 0; null elsewhere.
 * @throws Interrupted on all ranks when any was told to stop; ArcFleetError naming an image that cannot be read.
 */
export async function embedImages(inputs: EmbedImagesInputs): Promise<Embeddings | null> {
  const { collective, images, embedder, flip, mirrored, stopMode, onProgress } = inputs;
  const { rank, worldSize } = collective;
  const dim = embedder.embeddingSize;
  const isApart = flip && mirrored === 'apart';
  const rowLength = isApart ? 2 * dim : dim;
  const firstOf = (of: number): number => Math.floor((of * images.count) / worldSize);
  const rounds = new ShareRounds(inputs, { start: firstOf(rank), end: firstOf(rank + 1) }, rowLength);

  const plain = rank === 0 ? new Float32Array(images.count * dim) : null;
  const apart = rank === 0 && isApart ? new Float32Array(images.count * dim) : null;
  const next = Array.from({ length: worldSize }, (_, of) => firstOf(of));
  let [norms, numCropped] = [0, 0];
  try {
    for (;;) {
      collective.extendLease(LEASE_MS, 'evaluation');
      const round = stopMode() === 'none' ? await rounds.next() : EMPTY_ROUND;
      const status = new Int32Array([STOP_CODES.indexOf(stopMode()), round.numImages, images.numCropped?.() ?? 0]);
      const all = await collective.allGather({ dtype: 'int32', shape: [3], data: status });
      const [modes, counts, cropped] = [0, 1, 2].map((at) => all.map(({ data }) => (data as Int32Array)[at]!)) as [
        number[],
        number[],
        number[],
      ];
      const mode = STOP_CODES[Math.max(...modes)]!;
      // Each rank says what it has cropped so far.
      numCropped = cropped.reduce((sum, value) => sum + value);
      if (mode !== 'none') throw new Interrupted(mode);
      const parts = await collective.gather(payloadOf(round, rowLength), 0);
      for (const [of, part] of (parts ?? []).entries()) {
        norms += place(part.data as Float32Array, { plain: plain!, apart, at: next[of]!, dim, rowLength });
      }
      counts.forEach((count, of) => (next[of]! += count));
      onProgress?.(next.reduce((sum, at, of) => sum + at - firstOf(of), 0));
      if (next.every((at, of) => at === firstOf(of + 1))) break;
    }
  } finally {
    await rounds.close();
  }
  return plain && { plain, mirrored: apart, xnorm: norms / (images.count * (flip ? 2 : 1)), numCropped };
}

interface Round {
  readonly numImages: number;
  /** Rows, each followed by the norm that it adds. */
  readonly rows: Float32Array;
}
const EMPTY_ROUND: Round = { numImages: 0, rows: new Float32Array(0) };

function payloadOf({ numImages, rows }: Round, rowLength: number): Payload {
  return { dtype: 'float32', shape: [numImages, rowLength + 1], data: rows };
}

/** One rank's share, as many batches at a time as fit a round. */
class ShareRounds {
  private readonly batches: AsyncGenerator<PixelBatch>;

  constructor(
    private readonly inputs: EmbedImagesInputs,
    share: { readonly start: number; readonly end: number },
    private readonly rowLength: number,
  ) {
    const { images, embedder, batchSize, flip } = inputs;
    this.batches = pixelsAhead({ images, size: embedder, ...share, batchSize, flip });
  }

  async next(): Promise<Round> {
    const startMs = performance.now();
    const embedded: Float32Array[] = [];
    let numImages = 0;
    while (numImages === 0 || performance.now() - startMs < ROUND_MS) {
      const batch = await this.batches.next();
      if (batch.done) break;
      numImages += batch.value.count;
      embedded.push(await this.embed(batch.value));
    }
    const rows = new Float32Array(numImages * (this.rowLength + 1));
    let to = 0;
    for (const batch of embedded) {
      rows.set(batch, to);
      to += batch.length;
    }
    return { numImages, rows };
  }

  /** Waits for what is being decoded. */
  async close(): Promise<void> {
    await this.batches.return(undefined);
  }

  private async embed({ pixels, count }: PixelBatch): Promise<Float32Array> {
    const { embedder, flip } = this.inputs;
    const dim = embedder.embeddingSize;
    const raw = new Float32Array((flip ? 2 : 1) * count * dim);
    await embedder.embed(pixels, raw);
    const rows = new Float32Array(count * (this.rowLength + 1));
    for (let image = 0; image < count; image++) {
      const plain = raw.subarray(image * dim, (image + 1) * dim);
      const mirrored = flip ? raw.subarray((count + image) * dim, (count + image + 1) * dim) : null;
      const row = rows.subarray(image * (this.rowLength + 1), (image + 1) * (this.rowLength + 1));
      row.set(plain);
      if (mirrored && this.rowLength === 2 * dim) row.set(mirrored, dim);
      else if (mirrored) for (let i = 0; i < dim; i++) row[i] = row[i]! + mirrored[i]!;
      row[this.rowLength] = lengthOf(plain) + (mirrored ? lengthOf(mirrored) : 0);
    }
    return rows;
  }
}

interface RowPlaces {
  readonly plain: Float32Array;
  readonly apart: Float32Array | null;
  /** Image of the first row. */
  readonly at: number;
  readonly dim: number;
  readonly rowLength: number;
}

/** Copies a round's rows to their places. @returns the norms that they add */
function place(rows: Float32Array, { plain, apart, at, dim, rowLength }: RowPlaces): number {
  let norm = 0;
  for (let from = 0, image = at; from < rows.length; from += rowLength + 1, image++) {
    plain.set(rows.subarray(from, from + dim), image * dim);
    apart?.set(rows.subarray(from + dim, from + 2 * dim), image * dim);
    norm += rows[from + rowLength]!;
  }
  return norm;
}

function lengthOf(row: Float32Array): number {
  let square = 0;
  for (const value of row) square += value * value;
  return Math.sqrt(square);
}
