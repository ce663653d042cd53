import { listFolder, openTrainingSet, type AlignOptions, type ImageSize, type RemoteAccess, type TrainingSet } from '#datasets';
import { alignedImages, type ImageList } from '../images.js';
import { digestOf } from './digest.js';

/** Faces with labels, in either layout: a folder with `train.rec`, or a folder per person. */
export async function openFaces(path: string, { height, width }: ImageSize, access?: RemoteAccess): Promise<TrainingSet> {
  const kind = (await listFolder(path, access)).includes('train.rec') ? 'faces_emore' : 'image_folder';
  return openTrainingSet(kind === 'image_folder' ? { kind, path, height, width } : { kind, path }, access);
}

/** Samples whose places are asked for at once. */
const CHUNK = 4096;

/** Of all labels, and of where every image lies: offsets of records, or names (and what a listing said) of files. */
export function digestOfFaces(set: TrainingSet): string {
  return digestOf(factsOf(set));
}

function* factsOf(set: TrainingSet): Iterable<ArrayBufferView | string> {
  yield set.labels;
  for (let start = 0; start < set.numImages; start += CHUNK) {
    const count = Math.min(CHUNK, set.numImages - start);
    const places = set.locate(Uint32Array.from({ length: count }, (_, at) => start + at));
    if (places === null) continue;
    if (places.kind === 'records') {
      yield places.keys;
      yield places.offsets;
    } else {
      yield* places.names;
      yield places.sizes;
      yield* places.etags;
    }
  }
}

export function imagesOf(set: TrainingSet, align: AlignOptions): ImageList {
  return alignedImages(
    set.numImages,
    align,
    (index) => set.read(index),
    (index) => set.describe(index),
  );
}
