import { readFile } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import type { Landmarks } from '#datasets';

const NUMBERS = 10;

/**
 * Landmarks by image name, as they are given on the command line: per line a name, then x and y of left eye, right eye, nose, left and right
 * corner of the mouth, parted by commas or blanks (IJB's `name_5pts_score.txt` with its score at the end will do). The first line may be a
 * head.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid` naming file, line and byte.
 */
export async function readLandmarks(path: string): Promise<ReadonlyMap<string, Landmarks>> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new ArcFleetError('dataset_not_found', `Cannot read ${path}: ${error.message}`, { file: path }, { cause: error });
  });
  const byName = new Map<string, Landmarks>();
  let next = 0;
  // A character a byte, so that bytes are counted whatever they spell.
  for (const [index, raw] of bytes.toString('latin1').split('\n').entries()) {
    const byte = next;
    next += raw.length + 1;
    const line = Buffer.from(raw, 'latin1').toString('utf8');
    if (line.trim() === '') continue;
    const [name = '', ...numbers] = line.trim().split(/\s*,\s*|\s+/);
    const values = numbers.slice(0, NUMBERS).map(Number);
    if (values.length === NUMBERS && values.every(Number.isFinite)) {
      byName.set(name, pairsOf(values));
      continue;
    }
    if (index === 0) continue;
    const message = `Line ${index + 1} of ${path} (byte ${byte}) must be: name, ten coordinates`;
    throw new ArcFleetError('dataset_invalid', message, { file: path, line: index + 1, byte });
  }
  return byName;
}

function pairsOf(values: readonly number[]): Landmarks {
  return Array.from({ length: NUMBERS / 2 }, (_, point) => [values[2 * point]!, values[2 * point + 1]!]) as unknown as Landmarks;
}
