import type { ImageSize } from '../decode-image.js';

export const LABELS_FILE = 'labels.txt';

/** A data set of any kind, as the tools read it. Samples are numbered in rising order of their keys. */
export interface FaceSet {
  readonly kind: 'faces_emore' | 'image_folder';
  readonly path: string;
  readonly numImages: number;
  readonly numClasses: number;
  /** Size stated by the set; undefined: every image has its own. */
  readonly size: ImageSize | undefined;
  readonly labels: Int32Array;
  readonly notes: readonly string[];
  /** Record key of a sample; images of folders have keys 1.. in sorted order. */
  keyOf(index: number): number;
  /** Name of an identity: that of its folder, or its line in labels.txt; else its label in digits. */
  nameOf(label: number): string;
  read(index: number): Promise<Uint8Array>;
  describe(index: number): string;
  /** The samples in the order in which they lie in the file. */
  physicalOrder(): Uint32Array;
  close(): Promise<void>;
}

/** Samples grouped by identity: those of label l are `samples[starts[l]..starts[l + 1])`, in rising order. O(samples). */
export function samplesByLabel(set: Pick<FaceSet, 'labels' | 'numClasses'>): { samples: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(set.numClasses + 1);
  for (const label of set.labels) starts[label + 1] = (starts[label + 1] as number) + 1;
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  const next = starts.slice();
  const samples = new Uint32Array(set.labels.length);
  set.labels.forEach((label, sample) => {
    const at = next[label] as number;
    samples[at] = sample;
    next[label] = at + 1;
  });
  return { samples, starts };
}
