import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { isImageName, openVerificationSet, readImageFile } from '#datasets';
import { localPath } from '../local-path.js';

/** Images of a command line. */
export interface NamedImages {
  /** As the output lists them, in order. */
  readonly names: readonly string[];
  read(index: number): Promise<Uint8Array>;
  describe(index: number): string;
  /** Of a verification set: 1 for pairs of the same person. */
  readonly isSame: Uint8Array | null;
}

/**
 * What the arguments mean: image files, folders (all images below them, by name), or one verification `.bin`.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid`, `dataset_corrupt`, `pickle_refused`.
 */
export async function findImages(paths: readonly string[], workingFolder: string): Promise<NamedImages> {
  const [first] = paths;
  if (first !== undefined && extname(first) === '.bin') {
    if (paths.length > 1) throw new ArcFleetError('config_invalid', 'A verification set must be the only argument');
    const set = await openVerificationSet(localPath(workingFolder, first, 'an image of a command line'));
    return {
      names: Array.from({ length: 2 * set.numPairs }, (_, index) => `${basename(first)}#${index}`),
      read: (index) => set.image(index),
      describe: (index) => set.describe(index),
      isSame: set.isSame,
    };
  }
  const files: { readonly path: string; readonly root?: string }[] = [];
  const names: string[] = [];
  for (const given of paths) {
    const path = localPath(workingFolder, given, 'an image of a command line');
    const found = await stat(path).catch((error: Error) => {
      throw new ArcFleetError('dataset_not_found', `Cannot open ${path}: ${error.message}`, { file: path }, { cause: error });
    });
    if (!found.isDirectory()) {
      files.push({ path });
      names.push(given);
      continue;
    }
    const entries = await readdir(path, { recursive: true }).catch((error: Error) => {
      throw new ArcFleetError('dataset_not_found', `Cannot list ${path}: ${error.message}`, { file: path }, { cause: error });
    });
    const inside = entries.filter((entry) => isImageName(basename(entry))).sort();
    if (inside.length === 0) throw new ArcFleetError('dataset_not_found', `There is no image below ${path}`, { file: path });
    for (const entry of inside) {
      files.push({ path: join(path, entry), root: path });
      names.push(join(given, entry));
    }
  }
  return {
    names,
    read: (index) => {
      const { path, root } = files[index]!;
      return readImageFile(path, root === undefined ? {} : { root });
    },
    describe: (index) => names[index]!,
    isSame: null,
  };
}
