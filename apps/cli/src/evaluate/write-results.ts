import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArcFleetError } from '#contracts';
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
  /** Per pair of rows; null: rows are no pairs. */
  readonly isSame: Uint8Array | null;
}

/**
 * Before anything is computed: no file may be in the way of what {@link writeResults} will write.
 *
 * @throws ArcFleetError `config_invalid` naming the first one, or when both kinds of files would go to one folder.
 */
export function refuseExistingResults(targets: readonly string[], folders: ResultFolders, force: boolean): void {
  const { scoresOut, embeddingsOut } = folders;
  if (scoresOut !== undefined && scoresOut === embeddingsOut) {
    throw new ArcFleetError(
      'config_invalid',
      '--scores-out and --embeddings-out need folders of their own: their files have the same names',
    );
  }
  if (force) return;
  const files = targets.flatMap((target) => [
    ...(scoresOut === undefined ? [] : [numbersFile(scoresOut, target)]),
    ...(embeddingsOut === undefined ? [] : [numbersFile(embeddingsOut, target), isSameFile(embeddingsOut, target)]),
  ]);
  const inTheWay = files.find((file) => existsSync(file));
  if (inTheWay) throw new ArcFleetError('config_invalid', `${inTheWay} is there already; --force replaces it`);
}

const numbersFile = (folder: string, target: string): string => join(folder, `${target}.npy`);
const isSameFile = (folder: string, target: string): string => join(folder, `${target}.issame.json`);

/**
 * Writes `<folder>/<target>.npy`, complete or not at all: similarities as pairs x 1, embeddings as images x dim. Beside embeddings of
 * pairs stands `<target>.issame.json`, as `arcfleet score` wants it.
 */
export async function writeResults(results: TargetResults, { scoresOut, embeddingsOut }: ResultFolders): Promise<void> {
  const { target, similarities, embeddings, dim, isSame } = results;
  if (scoresOut !== undefined && similarities) {
    const values = Float32Array.from(similarities);
    await write(numbersFile(scoresOut, target), [encodeNpy({ rows: values.length, columns: 1, values })]);
  }
  if (embeddingsOut !== undefined) {
    // Not copied: they may be gigabytes.
    const bytes = new Uint8Array(embeddings.buffer, embeddings.byteOffset, embeddings.byteLength);
    await write(numbersFile(embeddingsOut, target), [npyHeader(embeddings.length / dim, dim), bytes]);
    if (isSame) await write(isSameFile(embeddingsOut, target), [Buffer.from(JSON.stringify(Array.from(isSame, Boolean)))]);
  }
}

async function write(file: string, parts: readonly Uint8Array[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeDurably(file, async (put) => {
    for (const part of parts) await put(part);
  });
}
