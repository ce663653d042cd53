import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { openTrainingSet } from '../open-training-set.js';
import { LABELS_FILE, type FaceSet } from './face-set.js';
import { openIdentityFolders } from './identity-folders.js';

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

/**
 * Names of a labels.txt, by label; undefined when there is none. Lines: label, TAB, name.
 * @throws ArcFleetError `dataset_invalid` naming file, line and byte.
 */
export async function readLabelNames(folder: string, numClasses: number): Promise<string[] | undefined> {
  const file = join(folder, LABELS_FILE);
  if (!existsSync(file)) return undefined;
  const names: string[] = [];
  let next = 0;
  // A character a byte, so that bytes are counted whatever they spell.
  for (const [line, raw] of (await readFile(file, 'latin1')).split('\n').entries()) {
    const byte = next;
    next += raw.length + 1;
    const text = Buffer.from(raw, 'latin1').toString('utf8');
    if (text === '') continue;
    const [label = '', name = ''] = text.split('\t');
    if (!/^\d{1,10}$/.test(label) || Number(label) >= numClasses || name === '') {
      const message = `${file}: line ${line + 1} (byte ${byte}) is not "label<TAB>name" with a label below ${numClasses}. Correct or remove the file.`;
      throw new ArcFleetError('dataset_invalid', message, { file, line: line + 1, byte });
    }
    names[Number(label)] = name;
  }
  return names;
}
