import { ArcFleetError, MAX_IMAGE_PIXELS, type EmbeddingConfig } from '#contracts';
import { alignFace, readImageSize, type ImageSize } from '#datasets';

export interface AlignedRequest {
  /** RGB uint8 of the model's size, one per image. */
  readonly faces: readonly Uint8Array[];
  readonly warnings: readonly string[];
}

/**
 * Decodes and aligns the images of a request, one at a time: a photo of {@link MAX_IMAGE_PIXELS} takes some 100 MB while it is decoded.
 *
 * @throws ArcFleetError `image_invalid` naming the image by its number.
 */
export async function alignRequested(
  images: Iterable<EmbeddingConfig['images'][number]>,
  { size, unaligned }: { readonly size: ImageSize; readonly unaligned: EmbeddingConfig['unaligned'] },
): Promise<AlignedRequest> {
  const faces: Uint8Array[] = [];
  const warnings: string[] = [];
  for (const { data, landmarks } of images) {
    const index = faces.length;
    const what = `image ${index}`;
    try {
      const encoded = Buffer.from(data, 'base64');
      const { height, width } = await readImageSize(encoded, what);
      if (height * width > MAX_IMAGE_PIXELS) {
        const megapixels = MAX_IMAGE_PIXELS / 1e6;
        const message = `${what} is ${width} x ${height}, and a request takes images of up to ${megapixels} megapixels. Scale it down or cut the face out`;
        throw new ArcFleetError('image_invalid', message);
      }
      const { pixels, warning } = await alignFace(encoded, { size, unaligned, landmarks }, what);
      faces.push(pixels);
      if (warning) warnings.push(warning);
    } catch (error) {
      throw new ArcFleetError('image_invalid', (error as Error).message, { image: index }, { cause: error });
    }
  }
  return { faces, warnings };
}
