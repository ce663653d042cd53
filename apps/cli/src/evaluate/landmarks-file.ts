import { readFile } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import type { Landmarks } from '#datasets';

const NUMBERS = 10;

/**
 * Landmarks by image name, as they are given on the command line: per line a name, then x and y of left eye, right eye, nose, left and right
 * corner of the mouth, parted by commas or blanks (IJB's `name_5pts_score.txt` with its score at the end will do). The first line may be a
 * head.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid` naming file and line.
 */
export async function readLandmarks(path: string): Promise<ReadonlyMap<string, Landmarks>> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ArcFleetError('dataset_not_found', `Cannot read ${path}: ${error.message}`, { file: path }, { cause: error });
  });
  const byName = new Map<string, Landmarks>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [name = '', ...numbers] = line.trim().split(/\s*,\s*|\s+/);
    const values = numbers.slice(0, NUMBERS).map(Number);
    if (values.length === NUMBERS && values.every(Number.isFinite)) {
      byName.set(name, pairsOf(values));
      continue;
    }
    if (index === 0) continue;
    throw new ArcFleetError('dataset_invalid', `Line ${index + 1} of ${path} must be: name, ten coordinates`, {
      file: path,
      line: index + 1,
    });
  }
  return byName;
}

function pairsOf(values: readonly number[]): Landmarks {
  return Array.from({ length: NUMBERS / 2 }, (_, point) => [values[2 * point]!, values[2 * point + 1]!]) as unknown as Landmarks;
}
