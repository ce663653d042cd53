import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { alignRequested } from './align-requested.js';

const SIZE = { height: 16, width: 16 };

async function picture(width: number, height: number): Promise<{ data: string }> {
  const image = sharp({ create: { width, height, channels: 3, background: { r: 90, g: 20, b: 60 } } }).png();
  return { data: (await image.toBuffer()).toString('base64') };
}

describe('the images of a request', () => {
  it('become faces of the size of the model, in order', async () => {
    const images = [await picture(16, 16), await picture(40, 30)];
    const { faces, warnings } = await alignRequested(images, { size: SIZE, unaligned: 'crop' });
    expect(faces.map(({ length }) => length)).toEqual([768, 768]);
    expect(faces[0]!.subarray(0, 3)).toEqual(Buffer.from([90, 20, 60]));
    expect(warnings).toEqual([expect.stringContaining('image 1 (40 x 30) was cropped')]);
  });

  it('are decoded one at a time', async () => {
    const large = await picture(600, 600);
    let taken = 0;
    function* images(): Generator<{ data: string }> {
      for (; taken < 3;) {
        taken++;
        yield large;
      }
    }
    const aligning = alignRequested(images(), { size: SIZE, unaligned: 'crop' });
    await Promise.resolve();
    expect(taken).toBe(1);
    expect((await aligning).faces).toHaveLength(3);
  });

  it.each([
    ['of more than 16 megapixels', () => picture(4001, 4000), /image 1 is 4001 x 4000, .* up to 16 megapixels/],
    ['that does not decode', () => Promise.resolve({ data: '/9j/AAAA' }), /Cannot decode image 1/],
    ['that is not aligned', () => picture(40, 30), /image 1 is 40 x 30, and the model wants/],
  ])('name the one %s', async (_what, bad, message) => {
    const images = [await picture(16, 16), await bad()];
    await expect(alignRequested(images, { size: SIZE, unaligned: 'refuse' })).rejects.toMatchObject({
      code: 'image_invalid',
      message: expect.stringMatching(message) as string,
      details: { image: 1 },
    });
  });
});
