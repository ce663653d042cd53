import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import type { ImageSize } from '../decode-image.js';
import { encodeImageRecord } from '../recordio/record-format.js';
import { RecordWriter } from '../recordio/record-writer.js';
import { LABELS_FILE } from './face-set.js';

/** float32 holds whole numbers up to here: labels, and the keys that record 0 and the identity records state. */
export const EXACT_FLOAT32 = 2 ** 24;

export interface EmoreContent {
  readonly size: ImageSize;
  /** Images of each identity, by label. */
  readonly counts: Uint32Array;
  /** Encoded images, identity by identity. */
  readonly images: AsyncIterable<Uint8Array>;
  /** Name of an identity for labels.txt; undefined: none is written. */
  readonly nameOf?: (label: number) => string;
}

export interface EmoreWritten {
  readonly numImages: number;
  readonly numIdentities: number;
  /** False beyond 2^24 records: float32 cannot state their keys, so there is neither record 0 nor identity records. */
  readonly hasTableOfContents: boolean;
}

/**
 * Writes `train.rec`, `train.idx` and `property` as InsightFace lays them out: record 0 states the keys of the identity
 * records, images have keys 1.., each identity record states the keys of its images. Where float32 cannot hold the keys,
 * images have keys 0.. and there is nothing else, as in a shuffled set.
 * @throws ArcFleetError `dataset_invalid` for more than 2^24 identities: their labels are float32
 */
export async function writeEmore(folder: string, content: EmoreContent, exactLimit = EXACT_FLOAT32): Promise<EmoreWritten> {
  const { counts, size } = content;
  const numIdentities = counts.length;
  if (numIdentities > exactLimit) throw tooManyIdentities(numIdentities, exactLimit);
  const numImages = counts.reduce((sum, count) => sum + count, 0);
  const hasTableOfContents = 1 + numImages + numIdentities <= exactLimit;
  const firstKey = hasTableOfContents ? 1 : 0;
  const none = new Uint8Array(0);
  const writer = await RecordWriter.create(join(folder, 'train.rec'), join(folder, 'train.idx'));
  try {
    const tableStart = numImages + 1;
    if (hasTableOfContents) await writer.append(0, encodeImageRecord([tableStart, tableStart + numIdentities], 0, none));
    let label = 0;
    let left = counts[0] ?? 0;
    let key = firstKey;
    for await (const image of content.images) {
      while (left === 0) left = counts[++label] as number;
      await writer.append(key, encodeImageRecord([label], key, image));
      key++;
      left--;
    }
    if (key - firstKey !== numImages) throw new Error(`${key - firstKey} images came, ${numImages} were announced`);
    if (hasTableOfContents) await writeIdentityRecords(writer, counts, tableStart);
  } finally {
    await writer.close();
  }
  if (content.nameOf) {
    const { nameOf } = content;
    await writeFile(join(folder, LABELS_FILE), Array.from(counts, (_, label) => `${label}\t${nameOf(label)}\n`).join(''));
  }
  await writeFile(join(folder, 'property'), `${numIdentities},${size.height},${size.width}\n`);
  return { numImages, numIdentities, hasTableOfContents };
}

async function writeIdentityRecords(writer: RecordWriter, counts: Uint32Array, tableStart: number): Promise<void> {
  let first = 1;
  for (const [label, count] of counts.entries()) {
    const key = tableStart + label;
    await writer.append(key, encodeImageRecord([first, first + count], key, new Uint8Array(0)));
    first += count;
  }
}

export function tooManyIdentities(numIdentities: number, limit = EXACT_FLOAT32): ArcFleetError {
  const message = `${numIdentities} identities do not fit: labels are float32 in a .rec, exact only up to ${limit}. Leave some out with --max-identities or --min-images.`;
  return new ArcFleetError('dataset_invalid', message, { numIdentities, limit });
}
