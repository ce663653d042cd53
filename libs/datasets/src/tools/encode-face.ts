import sharp from 'sharp';
import { ArcFleetError } from '#contracts';
import { decodeImage, type ImageSize } from '../decode-image.js';
import { imageFormat } from './image-format.js';

export const DEFAULT_QUALITY = 95;

/**
 * The image as a record holds it: a JPEG or PNG of `size` stays as it is, byte for byte; any other is decoded, resized as
 * for training and encoded as JPEG. A `quality` encodes every image anew.
 * @throws ArcFleetError `dataset_corrupt`; `what` names the image
 */
export async function encodeFace(
  encoded: Uint8Array,
  size: ImageSize,
  quality: number | undefined,
  what: string,
): Promise<Uint8Array> {
  const format = imageFormat(encoded);
  if (quality === undefined && (format === 'jpeg' || format === 'png')) {
    const found = await imageSize(encoded, what);
    if (found.height === size.height && found.width === size.width) return encoded;
  }
  const pixels = await decodeImage(encoded, size, what);
  return sharp(pixels, { raw: { width: size.width, height: size.height, channels: 3 } })
    .jpeg({ quality: quality ?? DEFAULT_QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Size that an encoded image states in its head. @throws ArcFleetError `dataset_corrupt` */
export async function imageSize(encoded: Uint8Array, what: string): Promise<ImageSize> {
  try {
    const { width, height } = await sharp(encoded).metadata();
    return { width, height };
  } catch (error) {
    const message = `Cannot read ${what} (${encoded.length} bytes): ${(error as Error).message}. Remove the image or replace it.`;
    throw new ArcFleetError('dataset_corrupt', message, { image: what, sizeBytes: encoded.length }, { cause: error });
  }
}
