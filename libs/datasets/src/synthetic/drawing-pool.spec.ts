import { afterEach, describe, expect, it } from 'vitest';
import { TRAINING_DIFFICULTY } from './difficulty.js';
import { drawFace, type Drawing } from './draw-face.js';
import { DrawingPool } from './drawing-pool.js';

const drawings: Drawing[] = [0, 1, 2, 3, 4].map((take) => ({
  seed: 7,
  purpose: 'spec',
  identity: take % 2,
  take,
  difficulty: TRAINING_DIFFICULTY,
}));
let pool: DrawingPool;
afterEach(() => pool.close());

describe('DrawingPool', () => {
  it('draws the same bytes on any number of threads, each answer to its own question', async () => {
    const expected = await Promise.all(drawings.map(drawFace));
    expect(new Set(expected.map((jpeg) => Buffer.from(jpeg).toString('base64'))).size).toBe(drawings.length);
    for (const numThreads of [1, 3]) {
      pool = new DrawingPool(numThreads);
      const drawn = await Promise.all(drawings.map((drawing) => pool.draw(drawing)));
      expect(drawn.map((jpeg) => Buffer.from(jpeg))).toEqual(expected.map((jpeg) => Buffer.from(jpeg)));
      await pool.close();
    }
  });

  it('leaves nobody waiting when it is closed', async () => {
    pool = new DrawingPool(1);
    const image = pool.draw(drawings[0]!);
    const outcome = expect(image).rejects.toThrow('closed');
    await pool.close();
    await outcome;
  });
});
