import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeImageRecord, RecordWriter } from '#datasets';
import { drawFace, encodePng, writeTinyPairs } from '../../libs/trainer/src/testing/tiny-faces.js';

export interface TinyDataset {
  readonly numClasses: number;
  readonly imagesPerClass: number;
  /** Height and width in pixels. */
  readonly size: number;
  readonly numPairs: number;
}

/** A data set on disk in the `faces_emore` layout whose images are so small that steps take milliseconds. */
export async function writeTinyDataset(
  folder: string,
  { numClasses, imagesPerClass, size, numPairs }: TinyDataset,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const writer = await RecordWriter.create(join(folder, 'train.rec'), join(folder, 'train.idx'));
  for (let key = 1; key <= numClasses * imagesPerClass; key++) {
    const label = (key - 1) % numClasses;
    await writer.append(key, encodeImageRecord([label], key, encodePng(drawFace(label, key, size), size)));
  }
  await writer.close();
  await writeFile(join(folder, 'property'), `${numClasses},${size},${size}\n`);
  await writeTinyPairs(folder, 'pairs', numPairs, size);
}
