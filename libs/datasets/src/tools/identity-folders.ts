import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import type { FaceSet } from './face-set.js';

const IMAGE_NAME = /\.(jpe?g|png|webp|bmp)$/i;

/**
 * Opens a folder of identities: each folder in it is one, its label the place of its name in sorted order. Images are
 * numbered by identity, then by name. File names are kept as one string an identity.
 * @throws ArcFleetError `dataset_not_found`, or `dataset_invalid` when no folder holds an image
 */
export async function openIdentityFolders(path: string): Promise<FaceSet> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: Error) => {
    throw new ArcFleetError('dataset_not_found', `Cannot list ${path}: ${error.message}`, { file: path }, { cause: error });
  });
  const names: string[] = [];
  const files: string[] = [];
  const starts: number[] = [0];
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  for (const name of folders.sort(byCodeUnit)) {
    const inside = await readdir(join(path, name), { withFileTypes: true });
    const images = inside.filter((entry) => entry.isFile() && IMAGE_NAME.test(entry.name)).map((entry) => entry.name);
    names.push(name);
    files.push(images.sort(byCodeUnit).join('/'));
    starts.push((starts.at(-1) as number) + images.length);
  }
  const numImages = starts.at(-1) as number;
  if (numImages === 0) {
    const message = `${path} holds neither train.rec nor a folder with images (jpg, png, webp, bmp). A data set is one of both: see docs/data.md.`;
    throw new ArcFleetError('dataset_invalid', message, { file: path });
  }
  const labels = new Int32Array(numImages);
  for (let label = 0; label < names.length; label++) labels.fill(label, starts[label], starts[label + 1]);

  let open: { label: number; files: string[] } | undefined;
  const fileOf = (index: number): string => {
    const label = labels[index];
    if (label === undefined) throw new RangeError(`Sample ${index} is outside 0..${numImages - 1} of ${path}`);
    if (open?.label !== label) open = { label, files: (files[label] as string).split('/') };
    return join(path, names[label] as string, open.files[index - (starts[label] as number)] as string);
  };
  return {
    kind: 'image_folder',
    path,
    numImages,
    numClasses: names.length,
    size: undefined,
    labels,
    notes: [],
    keyOf: (index) => index + 1,
    nameOf: (label) => names[label] as string,
    read: async (index) => {
      const file = fileOf(index);
      return readFile(file).catch((error: Error) => {
        throw new ArcFleetError('dataset_corrupt', `Cannot read ${file}: ${error.message}`, { file }, { cause: error });
      });
    },
    describe: fileOf,
    physicalOrder: () => Uint32Array.from({ length: numImages }, (_, i) => i),
    close: async () => undefined,
  };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
