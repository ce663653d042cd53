import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageSize } from '../decode-image.js';
import { encodeImageRecord } from '../recordio/record-format.js';
import { RecordWriter } from '../recordio/record-writer.js';

/** Writes a folder in the faces_emore layout: encoded images under the keys 1.., image i of class `labels[i]`. */
export async function writeSet(
  folder: string,
  images: readonly Uint8Array[],
  labels: ArrayLike<number>,
  { height, width }: ImageSize,
): Promise<void> {
  const writer = await RecordWriter.create(join(folder, 'train.rec'), join(folder, 'train.idx'));
  for (const [index, image] of images.entries()) {
    await writer.append(index + 1, encodeImageRecord([labels[index]!], index + 1, image));
  }
  await writer.close();
  const numClasses = Math.max(...Array.from(labels)) + 1;
  await writeFile(join(folder, 'property'), `${numClasses},${height},${width}\n`);
}
