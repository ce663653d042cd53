import { describe, expect, it } from 'vitest';
import { findRecipe, runConfigSchema } from '#contracts';
import { DEMO_FACES, DEMO_MIN_ACCURACY, demoRecipe } from './demo-recipe.js';

const NUM_IMAGES = DEMO_FACES.numIdentities * DEMO_FACES.imagesPerIdentity;
const resolved = (config: object) => runConfigSchema.parse({ ...config, dataset: { path: '/faces' } });

describe('the demo', () => {
  it('trains on its own faces as the recipe of its name says', () => {
    const demo = resolved(demoRecipe({ ranks: 2, numImages: NUM_IMAGES }));
    expect(demo).toEqual(resolved(findRecipe('demo').config));
    expect({ ...DEMO_FACES, min: DEMO_MIN_ACCURACY }).toEqual({
      numIdentities: 120,
      imagesPerIdentity: 20,
      numPairs: 600,
      min: 0.8,
    });
  });

  it.each([1, 2, 3, 5, 7, 32])('makes a run for %i ranks and any number of images', (ranks) => {
    for (const numImages of [60, 300, 999, 1_000, 5_000, 100_000]) {
      expect(() => resolved(demoRecipe({ ranks, numImages }))).not.toThrow();
      expect(() => resolved(demoRecipe({ ranks, numImages, steps: 1 }))).not.toThrow();
    }
  });
});
