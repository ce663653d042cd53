import { isMainThread } from 'node:worker_threads';
import { Transformer } from '@napi-rs/image';
import sharp from 'sharp';
import { ArcFleetError } from '#contracts';
import { plainJpegFrame } from './jpeg-frame.js';

// One thread per image: a batch is decoded in parallel already, and several ranks may share the machine.
sharp.concurrency(1);
// Every image is decoded once; a cache would only hold memory.
sharp.cache(false);

/** No face crop comes near this; a hostile file must not claim gigapixels. */
const MAX_INPUT_PIXELS = 64 * 1024 * 1024;

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Decodes a JPEG or PNG to RGB uint8, HWC (height x width x 3). An image of another size is resized by its short side
 * and cropped at the centre. Throws `dataset_corrupt`; `what` names the image in the message.
 *
 * A plain JPEG of the right size takes the fast decoder, anything else the general one: the bytes decide, so that an image has
 * the same pixels in training, verification and use. On a thread of its own (a worker thread) it decodes there; the main thread
 * stays free.
 */
export async function decodeImage(encoded: Uint8Array, size: ImageSize, what: string): Promise<Uint8Array> {
  try {
    return (await decodePlain(encoded, size)) ?? (await decodeAny(encoded, size));
  } catch (error) {
    const message = `Cannot decode ${what} (${encoded.length} bytes): ${(error as Error).message}`;
    throw new ArcFleetError('dataset_corrupt', message, { image: what, sizeBytes: encoded.length }, { cause: error });
  }
}

/** Decodes an image as it is, whatever its size. Throws `dataset_corrupt`; `what` names the image in the message. */
export async function decodeWhole(
  encoded: Uint8Array,
  what: string,
): Promise<{ pixels: Uint8Array; height: number; width: number }> {
  const { width, height } = await readImageSize(encoded, what);
  return { pixels: await decodeImage(encoded, { width, height }, what), height, width };
}

/** Size that an encoded image states in its head; its pixels are not decoded. Throws `dataset_corrupt`; `what` names the image. */
export async function readImageSize(encoded: Uint8Array, what: string): Promise<ImageSize> {
  try {
    const { width, height } = await sharp(encoded, { limitInputPixels: MAX_INPUT_PIXELS }).metadata();
    return { width, height };
  } catch (error) {
    const message = `Cannot decode ${what} (${encoded.length} bytes): ${(error as Error).message}`;
    throw new ArcFleetError('dataset_corrupt', message, { image: what, sizeBytes: encoded.length }, { cause: error });
  }
}

/** The usual record of a face data set; four times as fast as the general way at this size. null: it is another kind of file. */
async function decodePlain(encoded: Uint8Array, { height, width }: ImageSize): Promise<Uint8Array | null> {
  const frame = plainJpegFrame(encoded);
  if (frame === null || frame.height !== height || frame.width !== width) return null;
  const decoder = new Transformer(encoded);
  const pixels = isMainThread ? await decoder.rawPixels() : decoder.rawPixelsSync();
  if (pixels.length !== height * width * frame.channels) return null;
  return frame.channels === 1 ? greyToRgb(pixels) : pixels;
}

async function decodeAny(encoded: Uint8Array, size: ImageSize): Promise<Uint8Array> {
  const image = sharp(encoded, { limitInputPixels: MAX_INPUT_PIXELS, failOn: 'error' });
  const { width, height } = await image.metadata();
  if (width !== size.width || height !== size.height) {
    image.resize({ width: size.width, height: size.height, fit: 'cover', kernel: 'cubic' });
  }
  const { data, info } = await image
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return data;
  if (info.channels === 1) return greyToRgb(data);
  throw new Error(`decoded to ${info.channels} channels`);
}

/**
 * Copies an RGB HWC image to `target` at `start`, mirrored left to right when asked. Values stay 0..255.
 */
export function placeImage(
  pixels: Uint8Array,
  size: ImageSize,
  mirror: boolean,
  target: Uint8Array | Float32Array,
  start: number,
): void {
  if (!mirror) {
    target.set(pixels, start);
    return;
  }
  const { height, width } = size;
  for (let y = 0; y < height; y++) {
    let from = y * width * 3;
    let to = start + from + (width - 1) * 3;
    for (let x = 0; x < width; x++, from += 3, to -= 3) {
      target[to] = pixels[from] as number;
      target[to + 1] = pixels[from + 1] as number;
      target[to + 2] = pixels[from + 2] as number;
    }
  }
}

function greyToRgb(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) rgb.fill(grey[i] as number, i * 3, i * 3 + 3);
  return rgb;
}
