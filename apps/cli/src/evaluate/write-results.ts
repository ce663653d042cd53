import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeNpy, npyHeader, writeDurably } from '#formats';

/** Where the numbers behind the scores go; undefined: nowhere. */
export interface ResultFolders {
  readonly scoresOut?: string | undefined;
  readonly embeddingsOut?: string | undefined;
}

/** What was found on one target, before it was scored. */
export interface TargetResults {
  readonly target: string;
  /** Cosine similarity of each pair, in the order of the set; null: the target has no list of pairs. */
  readonly similarities: Float64Array | null;
  /** Images x dim: sums of plain and mirrored rows where both are embedded. */
  readonly embeddings: Float32Array;
  readonly dim: number;
}

/** Writes `<folder>/<target>.npy`, complete or not at all: similarities as pairs x 1, embeddings as images x dim. */
export async function writeResults(results: TargetResults, { scoresOut, embeddingsOut }: ResultFolders): Promise<void> {
  const { target, similarities, embeddings, dim } = results;
  if (scoresOut !== undefined && similarities) {
    const values = Float32Array.from(similarities);
    await write(scoresOut, target, [encodeNpy({ rows: values.length, columns: 1, values })]);
  }
  if (embeddingsOut !== undefined) {
    // Not copied: they may be gigabytes.
    const bytes = new Uint8Array(embeddings.buffer, embeddings.byteOffset, embeddings.byteLength);
    await write(embeddingsOut, target, [npyHeader(embeddings.length / dim, dim), bytes]);
  }
}

async function write(folder: string, target: string, parts: readonly Uint8Array[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeDurably(join(folder, `${target}.npy`), async (put) => {
    for (const part of parts) await put(part);
  });
}
