import sharp from 'sharp';
import { drawConditions } from './conditions.js';
import type { SyntheticDifficulty } from './difficulty.js';
import { drawIdentity } from './identity.js';
import { RandomSource } from './random-source.js';
import { renderFace } from './render-face.js';

export const SYNTHETIC_IMAGE_SIZE = 112;
const JPEG_QUALITY = 92;

/** One image to be drawn: of whom, which take, how hard. `purpose` separates the people of one set from those of another. */
export interface Drawing {
  readonly seed: number;
  readonly purpose: string;
  readonly identity: number;
  readonly take: number;
  readonly difficulty: SyntheticDifficulty;
  /** Turn of the head in radians, at least. */
  readonly minYaw?: number;
}

/** Draws one image, {@link SYNTHETIC_IMAGE_SIZE} pixels square, as JPEG. The same drawing gives the same bytes. */
export async function drawFace({ seed, purpose, identity, take, difficulty, minYaw }: Drawing): Promise<Uint8Array> {
  const size = SYNTHETIC_IMAGE_SIZE;
  const face = drawIdentity(new RandomSource(seed, `synthetic/${purpose}/identity`, identity));
  const random = new RandomSource(seed, `synthetic/${purpose}/image/${identity}`, take);
  const pixels = new Uint8Array(size * size * 3);
  renderFace(face, drawConditions(random, difficulty, minYaw), size, pixels);
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}
