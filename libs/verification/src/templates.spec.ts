import { describe, expect, it } from 'vitest';
import { compareTemplates, poolTemplates } from './templates.js';

describe('templates', () => {
  // Rows: two frames of one video, a photo, another person's photo.
  const embeddings = Float32Array.of(2, 0, 0, 2, 3, 4, 0, -1);
  const images = [
    { template: 7, media: 1 },
    { template: 7, media: 1 },
    { template: 7, media: 2 },
    { template: 3, media: 9 },
  ];

  it('take the mean over a media, the sum over media, and unit length', () => {
    const pooled = poolTemplates(embeddings, 2, images);
    expect(pooled.templates).toEqual([3, 7]);
    // (1, 1) + (3, 4) = (4, 5)
    const norm = Math.hypot(4, 5);
    expect([...pooled.embeddings]).toEqual([0, -1, Math.fround(4 / norm), Math.fround(5 / norm)]);
    const [similarity, own] = compareTemplates(pooled, [7, 7], [3, 7]);
    expect(similarity).toBeCloseTo(-5 / norm, 6);
    expect(own).toBeCloseTo(1, 6);
  });

  it('weigh images, and an image may stand in several templates', () => {
    const twice = [...images, { template: 4, media: 5 }];
    const pooled = poolTemplates(embeddings, 2, twice, { rows: [0, 1, 2, 3, 2], weights: [1, 3, 1, 1] });
    // Video: ((2, 0) + 3 (0, 2)) / 2 = (1, 3); with the photo (4, 7).
    expect(pooled.templates).toEqual([3, 4, 7]);
    expect(pooled.embeddings[2]).toBeCloseTo(0.6, 6);
    expect(pooled.embeddings[5]! / pooled.embeddings[4]!).toBeCloseTo(7 / 4, 5);
  });

  it('name what is missing', () => {
    const pooled = poolTemplates(embeddings, 2, images);
    expect(() => compareTemplates(pooled, [7], [8])).toThrow(/template 8/);
    expect(() => poolTemplates(embeddings, 2, [{ template: 1, media: 1 }], { rows: [4] })).toThrow(/row 4 of 4/);
  });
});
