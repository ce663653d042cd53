import { basename, dirname } from 'node:path';
import type { RemoteAccess } from '../bytes/remote-access.js';
import { openImageFolder } from '../image-folder/image-folder.js';
import type { FaceSet } from './face-set.js';

/**
 * Opens a folder of identities as training does: what a tool calls label 7 or image 12 is what a run trains on.
 *
 * @throws ArcFleetError as {@link openImageFolder}
 */
export async function openIdentityFolders(path: string, access?: RemoteAccess): Promise<FaceSet> {
  const set = await openImageFolder(path, access === undefined ? {} : { access });
  const { numImages, numClasses, labels } = set;
  const starts = new Uint32Array(numClasses);
  for (let i = numImages - 1; i >= 0; i--) starts[labels[i] as number] = i;
  return {
    kind: 'image_folder',
    path,
    numImages,
    numClasses,
    size: undefined,
    labels,
    notes: [],
    keyOf: (index) => index + 1,
    nameOf: (label) => basename(dirname(set.describe(starts[label] as number))),
    read: (index) => set.read(index),
    describe: (index) => set.describe(index),
    physicalOrder: () => Uint32Array.from({ length: numImages }, (_, i) => i),
    close: () => set.close(),
  };
}
