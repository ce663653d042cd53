import sharp from 'sharp';
import { decodeImage, type ImageSize } from '../decode-image.js';

/**
 * The image after a JPEG encoding at `quality` (1..100), colours at half the resolution, as most writers of small files have it.
 * RGB uint8, HWC.
 */
export async function recompress(pixels: Uint8Array, size: ImageSize, quality: number): Promise<Uint8Array> {
  const { height, width } = size;
  const jpeg = await sharp(pixels, { raw: { height, width, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer();
  return decodeImage(jpeg, size, `an image compressed to quality ${quality}`);
}
