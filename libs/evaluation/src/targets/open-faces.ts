import { listFolder, openTrainingSet, type ImageSize, type RemoteAccess, type TrainingSet } from '#datasets';
import { alignedImages, type ImageList } from '../images.js';

/** Faces with labels, in either layout: a folder with `train.rec`, or a folder per person. */
export async function openFaces(path: string, { height, width }: ImageSize, access?: RemoteAccess): Promise<TrainingSet> {
  const kind = (await listFolder(path, access)).includes('train.rec') ? 'faces_emore' : 'image_folder';
  return openTrainingSet(kind === 'image_folder' ? { kind, path, height, width } : { kind, path }, access);
}

export function imagesOf(set: TrainingSet, size: ImageSize): ImageList {
  return alignedImages(
    set.numImages,
    size,
    (index) => set.read(index),
    (index) => set.describe(index),
  );
}
