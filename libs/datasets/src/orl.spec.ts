import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BatchLoader } from './batch-loader.js';
import { decodeImage } from './decode-image.js';
import { openTrainingSet } from './open-training-set.js';
import { listVerificationTargets, openVerificationSet, verificationPath } from './verification-set.js';

// The ORL faces in the faces_emore layout, as written by other tools: beside the checkout, not in it.
const ORL = resolve('../shared/data/orl_emore');
const hasOrl = existsSync(ORL);
if (!hasOrl) console.log(`orl.spec: skipped, there is no ${ORL}`);

describe.skipIf(!hasOrl)('the ORL faces', () => {
  it('opens: 300 samples of 30 identities in key order', async () => {
    const set = await openTrainingSet({ kind: 'faces_emore', path: ORL });
    try {
      expect([set.numImages, set.numClasses, set.height, set.width]).toEqual([300, 30, 112, 112]);
      expect(new Set(set.labels).size).toBe(30);
      expect(set.describe(0)).toBe(`record 1 of ${ORL}/train.rec`);
    } finally {
      await set.close();
    }
  });

  it('delivers decoded batches, mirrored where the plan says so, and each step the same however it is asked for', async () => {
    const set = await openTrainingSet({ kind: 'faces_emore', path: ORL });
    const loader = new BatchLoader({
      set,
      plan: (step) => (step < 3 ? { indices: [step * 2, step * 2, 299 - step], mirror: [0, 1, 0] } : undefined),
    });
    try {
      const size = 112 * 112 * 3;
      for (const step of [0, 1, 2]) {
        const batch = await loader.batch(step);
        expect(Array.from(batch.labels)).toEqual([step * 2, step * 2, 299 - step].map((i) => set.labels[i]));
        const plain = batch.pixels.subarray(0, size);
        const mirrored = batch.pixels.subarray(size, 2 * size);
        const row = 40 * 112 * 3;
        for (const x of [0, 17, 111]) expect(mirrored[row + x * 3]).toBe(plain[row + (111 - x) * 3]);
        expect(plain).toEqual(Float32Array.from(await decodeImage(await set.read(step * 2), set, 'x')));
        loader.release(batch);
      }
      await expect(loader.batch(3)).rejects.toThrow('no step 3');
    } finally {
      await loader.close();
      await set.close();
    }
  });

  it('reads the three verification sets: Python 2 strings, Python 3 bytes, latin1-encoded text', async () => {
    expect(await listVerificationTargets(ORL)).toEqual(['lfw', 'cfp_fp', 'agedb_30']);
    for (const name of ['lfw', 'cfp_fp', 'agedb_30']) {
      const set = await openVerificationSet(verificationPath(ORL, name));
      expect(set.isSame.reduce((a, b) => a + b, 0)).toBe(set.numPairs / 2);
      const last = await set.image(2 * set.numPairs - 1);
      expect(await decodeImage(last, { height: 112, width: 112 }, name)).toHaveLength(112 * 112 * 3);
    }
  });
});
