import sharp from 'sharp';
import { decodeImage, readImageSize, type ImageSize } from '../decode-image.js';
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
    const found = await readImageSize(encoded, what);
    if (found.height === size.height && found.width === size.width) return encoded;
  }
  const pixels = await decodeImage(encoded, size, what);
  return sharp(pixels, { raw: { width: size.width, height: size.height, channels: 3 } })
    .jpeg({ quality: quality ?? DEFAULT_QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
