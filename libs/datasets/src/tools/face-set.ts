import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import type { ImageSize } from '../decode-image.js';
import { openTrainingSet } from '../open-training-set.js';
import { openIdentityFolders } from './identity-folders.js';

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

/**
 * Opens a folder in the `faces_emore` layout, or else a folder of identities (one folder of images each).
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid` or `dataset_corrupt`
 */
export async function openFaceSet(path: string): Promise<FaceSet> {
  if (!existsSync(path)) throw new ArcFleetError('dataset_not_found', `There is no folder ${path}`, { file: path });
  if (!existsSync(join(path, 'train.rec'))) return openIdentityFolders(path);
  const set = await openTrainingSet({ kind: 'faces_emore', path });
  const names = await readLabelNames(path, set.numClasses);
  // Digits of one length: names then sort as labels do.
  const digits = String(set.numClasses - 1).length;
  const locate = (index: number) => set.locate(Uint32Array.of(index));
  return {
    kind: 'faces_emore',
    path,
    numImages: set.numImages,
    numClasses: set.numClasses,
    size: { height: set.height, width: set.width },
    labels: set.labels,
    notes: set.notes ?? [],
    keyOf: (index) => {
      const place = locate(index);
      return place && 'keys' in place ? (place.keys[0] as number) : index + 1;
    },
    nameOf: (label) => names?.[label] ?? String(label).padStart(digits, '0'),
    read: (index) => set.read(index),
    describe: (index) => set.describe(index),
    physicalOrder: () => {
      const all = Uint32Array.from({ length: set.numImages }, (_, i) => i);
      const places = set.locate(all);
      if (!places || !('offsets' in places)) return all;
      return all.sort((a, b) => (places.offsets[a] as number) - (places.offsets[b] as number));
    },
    close: () => set.close(),
  };
}

/** Names of a labels.txt, by label; undefined when there is none. Lines: label, TAB, name. */
async function readLabelNames(folder: string, numClasses: number): Promise<string[] | undefined> {
  const file = join(folder, LABELS_FILE);
  if (!existsSync(file)) return undefined;
  const names: string[] = [];
  for (const [line, text] of (await readFile(file, 'utf8')).split('\n').entries()) {
    if (text === '') continue;
    const [label = '', name = ''] = text.split('\t');
    if (!/^\d{1,10}$/.test(label) || Number(label) >= numClasses || name === '') {
      const message = `${file}: line ${line + 1} is not "label<TAB>name" with a label below ${numClasses}. Correct or remove the file.`;
      throw new ArcFleetError('dataset_invalid', message, { file, line: line + 1 });
    }
    names[Number(label)] = name;
  }
  return names;
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
