import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { uniformAt } from '#contracts';
import { writeVerificationSet, type TrainingSet } from '#datasets';

/** A PNG of `size` x `size` RGB pixels, so that specs need no image library. */
export function encodePng(pixels: Uint8Array, size: number): Uint8Array {
  const chunk = (type: string, body: Uint8Array): Buffer => {
    const data = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const out = Buffer.alloc(data.length + 8);
    out.writeUInt32BE(body.length, 0);
    data.copy(out, 4);
    out.writeUInt32BE(crc32(data), data.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(size * (1 + 3 * size));
  for (let y = 0; y < size; y++) rows.set(pixels.subarray(y * 3 * size, (y + 1) * 3 * size), y * (1 + 3 * size) + 1);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** Image `sample` of identity `identity`: the identity's own pattern of 4 x 4 blocks, plus noise. */
export function drawFace(identity: number, sample: number, size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const block = (Math.floor((4 * y) / size) * 4 + Math.floor((4 * x) / size)) * 3 + channel;
        const at = (y * size + x) * 3 + channel;
        pixels[at] = 40 + 120 * uniformAt(1, 101, identity, block) + 90 * uniformAt(1, 102, identity * 1000 + sample, at);
      }
    }
  }
  return pixels;
}

export interface TinyFaces {
  readonly numClasses: number;
  readonly imagesPerClass: number;
  readonly size: number;
  readonly folder?: string;
}

/** A training set in memory whose identities a small network can tell apart. */
export function tinyFaces({ numClasses, imagesPerClass, size, folder = '/nowhere' }: TinyFaces): TrainingSet {
  const numImages = numClasses * imagesPerClass;
  const labels = Int32Array.from({ length: numImages }, (_, index) => index % numClasses);
  const images = Array.from(labels, (label, index) => encodePng(drawFace(label, index, size), size));
  return {
    source: null,
    locate: () => null,
    kind: 'faces_emore',
    path: folder,
    numImages,
    numClasses,
    height: size,
    width: size,
    labels,
    read: (index) => Promise.resolve(images[index]!),
    describe: (index) => `image ${index} in memory`,
    close: () => Promise.resolve(),
  };
}

/** Writes a verification set of unseen identities, half of the pairs genuine, spread evenly over the folds. */
export async function writeTinyPairs(folder: string, name: string, numPairs: number, size: number): Promise<void> {
  const images: Uint8Array[] = [];
  const isSame: boolean[] = [];
  for (let pair = 0; pair < numPairs; pair++) {
    const same = pair % 2 === 0;
    const identity = 5000 + pair;
    images.push(encodePng(drawFace(identity, 0, size), size));
    images.push(encodePng(drawFace(same ? identity : identity + 2000, 1, size), size));
    isSame.push(same);
  }
  await writeVerificationSet(join(folder, `${name}.bin`), images, isSame);
}
