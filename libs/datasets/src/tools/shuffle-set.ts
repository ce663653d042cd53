import { existsSync } from 'node:fs';
import { copyFile, open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError, shuffledIndices, streamOf } from '#contracts';
import { encodeImageRecord } from '../recordio/record-format.js';
import { RecordWriter } from '../recordio/record-writer.js';
import { copyTargets } from './convert-set.js';
import { LABELS_FILE, type FaceSet } from './face-set.js';
import { openFaceSet } from './open-face-set.js';
import { readAhead } from './read-ahead.js';
import { writeCompleteFolder, type WriteCompleteOptions } from './write-complete.js';

const IMAGES_AHEAD = 16;
const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;
/** Each is an open file. */
const MAX_BUCKETS = 256;
const BUCKET_FLUSH_BYTES = 256 * 1024;
/** Per image in a bucket: u32 key, u32 label, u32 length. */
const ENTRY_BYTES = 12;

export interface ShuffleOptions extends Omit<WriteCompleteOptions, 'inputs'> {
  /** The same seed gives the same files. Default 1. */
  readonly seed?: number | undefined;
  /** Image bytes held at a time; the output does not depend on it. Default 512 MiB. */
  readonly memoryBytes?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface ShuffleSummary {
  readonly numImages: number;
  readonly numIdentities: number;
  readonly targets: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Writes the set in random order, for readers that read a `.rec` from front to back: keys 0.. as the records lie, one label
 * in each header, no record 0, `property` with the lines of InsightFace's `rec2shufrec.py` (the seed where that has the time).
 *
 * The input is read once in the order in which it lies. What does not fit into memory goes through bucket files, one for
 * each stretch of the output, which are then put in order one by one.
 * @throws ArcFleetError as {@link openFaceSet}; `dataset_invalid` for folders of images; `conflict` when the output exists
 */
export async function shuffleSet(input: string, output: string, options: ShuffleOptions = {}): Promise<ShuffleSummary> {
  const { seed = 1 } = options;
  const set = await openFaceSet(input);
  try {
    const { size } = set;
    if (!size) {
      const message = `${input} is a folder of images: \`arcfleet data convert\` makes records of it, and they can be shuffled.`;
      throw new ArcFleetError('dataset_invalid', message, { file: input });
    }
    return await writeCompleteFolder(output, { ...options, inputs: [input] }, async (folder) => {
      await writeShuffled(set, folder, options);
      const targets = await copyTargets(input, folder);
      if (existsSync(join(input, LABELS_FILE))) await copyFile(join(input, LABELS_FILE), join(folder, LABELS_FILE));
      const lines = [`${set.numClasses},${size.height},${size.width}`, set.numImages, 'shuffled', `seed ${seed}`];
      await writeFile(join(folder, 'property'), `${lines.join('\n')}\n`);
      return { numImages: set.numImages, numIdentities: set.numClasses, targets, notes: set.notes };
    });
  } finally {
    await set.close();
  }
}

async function writeShuffled(set: FaceSet, folder: string, options: ShuffleOptions): Promise<void> {
  const { seed = 1, memoryBytes = DEFAULT_MEMORY_BYTES, signal, onProgress } = options;
  const keyOfSample = new Uint32Array(set.numImages);
  shuffledIndices(seed, streamOf('data/shuffle'), 0, set.numImages).forEach((sample, key) => (keyOfSample[sample] = key));

  const numBuckets = Math.min(MAX_BUCKETS, Math.max(1, Math.ceil((await sizeEstimate(set)) / memoryBytes)));
  const perBucket = Math.ceil(set.numImages / numBuckets);
  const buckets = Array.from({ length: numBuckets }, (_, i) => new Bucket(join(folder, `.bucket-${i}`), numBuckets === 1));
  let done = 0;
  const step = (): void => {
    signal?.throwIfAborted();
    onProgress?.(++done, 2 * set.numImages);
  };
  try {
    const images = readAhead(set.physicalOrder(), IMAGES_AHEAD, async (sample) => ({ sample, image: await set.read(sample) }));
    for await (const { sample, image } of images) {
      const key = keyOfSample[sample] as number;
      await (buckets[Math.floor(key / perBucket)] as Bucket).add(key, set.labels[sample] as number, image);
      step();
    }
    const writer = await RecordWriter.create(join(folder, 'train.rec'), join(folder, 'train.idx'));
    try {
      for (const bucket of buckets) {
        for (const { key, label, image } of await bucket.take()) {
          await writer.append(key, encodeImageRecord([label], key, image));
          step();
        }
      }
    } finally {
      await writer.close();
    }
  } finally {
    for (const bucket of buckets) await bucket.close();
  }
}

/** Bytes of all images, from some hundred of them spread over the set. */
async function sizeEstimate(set: FaceSet): Promise<number> {
  const stride = Math.max(1, Math.floor(set.numImages / 256));
  let bytes = 0;
  let count = 0;
  for (let sample = 0; sample < set.numImages; sample += stride, count++) bytes += (await set.read(sample)).length + ENTRY_BYTES;
  return (bytes / count) * set.numImages;
}

interface BucketEntry {
  readonly key: number;
  readonly label: number;
  readonly image: Uint8Array;
}

/** Images of one stretch of the output, in the order in which they came. */
class Bucket {
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private file: FileHandle | undefined;

  constructor(
    private readonly path: string,
    private readonly isInMemory: boolean,
  ) {}

  async add(key: number, label: number, image: Uint8Array): Promise<void> {
    const head = new Uint8Array(ENTRY_BYTES);
    const view = new DataView(head.buffer);
    view.setUint32(0, key, true);
    view.setUint32(4, label, true);
    view.setUint32(8, image.length, true);
    // A read may hand out a view of a larger buffer: it must not be kept.
    this.pending.push(head, this.isInMemory ? image.slice() : image);
    this.pendingBytes += ENTRY_BYTES + image.length;
    if (!this.isInMemory && this.pendingBytes >= BUCKET_FLUSH_BYTES) await this.flush();
  }

  /** The images in the order of their keys. */
  async take(): Promise<BucketEntry[]> {
    const entries: BucketEntry[] = [];
    const add = (head: Uint8Array, image: Uint8Array): void => {
      const view = new DataView(head.buffer, head.byteOffset);
      entries.push({ key: view.getUint32(0, true), label: view.getUint32(4, true), image });
    };
    if (this.isInMemory) {
      for (let i = 0; i < this.pending.length; i += 2) add(this.pending[i] as Uint8Array, this.pending[i + 1] as Uint8Array);
    } else {
      await this.flush();
      const bytes = this.file ? await readFile(this.path) : new Uint8Array(0);
      for (let at = 0; at < bytes.length;) {
        const head = bytes.subarray(at, at + ENTRY_BYTES);
        const length = new DataView(head.buffer, head.byteOffset).getUint32(8, true);
        add(head, bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + length));
        at += ENTRY_BYTES + length;
      }
    }
    await this.close();
    return entries.sort((a, b) => a.key - b.key);
  }

  async close(): Promise<void> {
    this.pending = [];
    const { file } = this;
    this.file = undefined;
    await file?.close();
    if (file) await rm(this.path, { force: true });
  }

  private async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    this.file ??= await open(this.path, 'w+');
    await this.file.writeFile(Buffer.concat(this.pending));
    this.pending = [];
    this.pendingBytes = 0;
  }
}
