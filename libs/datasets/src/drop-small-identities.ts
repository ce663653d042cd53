import { ArcFleetError } from '#contracts';
import type { TrainingSet } from './training-set.js';

/**
 * The set without the samples of identities that have fewer than `minImages`; labels and `numClasses` stay as they are. One pass
 * over the labels. Closing it closes the set. Throws `dataset_invalid` when nothing is left.
 */
export function dropSmallIdentities(set: TrainingSet, minImages: number): TrainingSet {
  if (minImages <= 1) return set;
  const counts = new Uint32Array(set.numClasses);
  for (const label of set.labels) counts[label]!++;
  const kept = Uint32Array.from(set.labels.keys()).filter((index) => counts[set.labels[index]!]! >= minImages);
  if (kept.length === 0) {
    const largest = counts.reduce((most, count) => Math.max(most, count), 0);
    const message = `No identity of ${set.path} has ${minImages} images; the largest has ${largest}. Lower dataset.minImagesPerIdentity`;
    throw new ArcFleetError('dataset_invalid', message, { path: set.path, minImages, largest });
  }
  const { kind, path, numClasses, height, width, source } = set;
  return {
    kind,
    path,
    numClasses,
    height,
    width,
    source,
    numImages: kept.length,
    labels: Int32Array.from(kept, (index) => set.labels[index]!),
    locate: (indices) => set.locate(indices.map((index) => kept[index]!)),
    read: async (index) => set.read(sampleOf(kept, index, path)),
    describe: (index) => set.describe(sampleOf(kept, index, path)),
    close: () => set.close(),
  };
}

function sampleOf(kept: Uint32Array, index: number, path: string): number {
  const sample = kept[index];
  if (sample === undefined) throw new RangeError(`Sample ${index} is outside 0..${kept.length - 1} of ${path}`);
  return sample;
}
