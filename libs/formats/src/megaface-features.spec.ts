import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArcFleetError } from '#contracts';
import { encodeMegaFaceFeatures, readMegaFaceFeatures } from './megaface-features.js';

// Python: struct.pack('<4i', 3, 1, 4, 5) + struct.pack('<3f', 0.25, -1, 2)
const FROM_PYTHON = '030000000100000004000000050000000000803e000080bf00000040';

describe('MegaFace features', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arcfleet-features-'));
    file = join(folder, 'a.bin');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are read and written as the devkit has them', async () => {
    const bytes = Buffer.from(FROM_PYTHON, 'hex');
    await writeFile(file, bytes);
    const values = await readMegaFaceFeatures(file);
    expect([...values]).toEqual([0.25, -1, 2]);
    expect(Buffer.from(encodeMegaFaceFeatures(values))).toEqual(bytes);
  });

  it('are refused when damaged, naming file and byte: 10,000 times', async () => {
    await expect(readMegaFaceFeatures(join(folder, 'none'))).rejects.toMatchObject({ code: 'dataset_not_found' });
    let state = 99;
    const next = (below: number): number => (state = (state * 16_807) % 2_147_483_647) % below;
    let refused = 0;
    for (let round = 0; round < 10_000; round++) {
      const bytes = Buffer.from(FROM_PYTHON, 'hex');
      bytes[next(16)] = next(256);
      await writeFile(file, bytes.subarray(0, next(2) === 0 ? bytes.length : next(bytes.length)));
      try {
        expect(await readMegaFaceFeatures(file)).toHaveLength(3);
      } catch (error) {
        if (!(error instanceof ArcFleetError) || error.code !== 'dataset_corrupt') throw error;
        expect(error.message).toMatch(/a\.bin, byte \d+: /);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(9_000);
  });
});
