import { describe, expect, it } from 'vitest';
import { fromBfloat16, toBfloat16, type Payload } from '#collective';
import { decodeStepMessages, encodeStepMessage } from './data/step-message.js';
import { lossesOf } from './testing/run-ranks.js';
import { checkpointsOf, lossDifference, onEachEngine } from './testing/training-scene.js';

describe('step message', () => {
  const features = Float32Array.from({ length: 6 }, (_, at) => Math.sin(at + 1));
  const labels = Int32Array.of(3, -1);
  const send = (wire: 'float32' | 'bfloat16', stopMode: 'none' | 'stop' = 'none'): Payload =>
    encodeStepMessage({ features, labels, stopMode }, { wire });

  it.each(['float32', 'bfloat16'] as const)('brings labels and features as %s in rank order, and the strongest wish', (wire) => {
    const expected = wire === 'float32' ? features : fromBfloat16(toBfloat16(features));
    // An odd offset, as a transport may deliver it.
    const { data } = send(wire, 'stop');
    const shifted = new Uint8Array(data.byteLength + 1);
    shifted.set(data as Uint8Array, 1);
    const other: Payload = { dtype: 'bytes', shape: [data.byteLength], data: shifted.subarray(1) };
    const gathered = decodeStepMessages([send(wire), other], { localBatchSize: 2, embeddingSize: 3, wire });
    expect(gathered.stopMode).toBe('stop');
    expect([...gathered.labels_B]).toEqual([3, -1, 3, -1]);
    for (const { data: seen, shape } of gathered.features) {
      expect(shape).toEqual([2, 3]);
      expect(seen).toEqual(expected);
    }
  });

  it("has half the features' bytes as bfloat16, and is refused in the other format", () => {
    expect(send('float32').data.byteLength - send('bfloat16').data.byteLength).toBe(2 * features.length);
    const format = { localBatchSize: 2, embeddingSize: 3, wire: 'float32' as const };
    expect(() => decodeStepMessages([send('bfloat16')], format)).toThrow(/disagree/);
  });
});

onEachEngine(({ config, trainOk }) => {
  it('with bfloat16 everywhere replicas stay bit-identical, and the curve stays near that of float32 at any number of ranks', async () => {
    const base = config({ maxSteps: 6, batch: { globalBatchSize: 48, bnGroupSize: 8 }, checkpoint: { everySteps: 2 } });
    const rounded = { ...base, communication: { features: 'bfloat16', gradients: 'bfloat16' } as const };
    const exact = lossesOf(await trainOk(3, base));
    const three = await trainOk(3, rounded);
    // A checkpoint is written only if the backbones of all ranks have the same hash.
    expect(checkpointsOf(three)).toHaveLength(2);
    const losses = lossesOf(three);
    expect(losses).not.toEqual(exact);
    expect(losses.at(-1)! / losses[0]!).toBeLessThan(0.97);
    // bfloat16 has 8 bits: each value is off by up to 2^-9, which the loss (a mean over 48 rows) sees damped; measured 4e-3.
    expect(lossDifference(losses, exact)).toBeLessThan(1e-2);
    // One rank rounds a gradient once, three round their parts of it.
    expect(lossDifference(lossesOf(await trainOk(1, rounded)), losses)).toBeLessThan(1e-2);
  });

  it.each(['features', 'gradients'] as const)('each option rounds what it says (%s)', async (part) => {
    const base = config({ maxSteps: 2 });
    const [first, second] = lossesOf(await trainOk(1, { ...base, communication: { [part]: 'bfloat16' } }));
    const [exactFirst, exactSecond] = lossesOf(await trainOk(1, base));
    // The first loss comes before any gradient.
    expect(first === exactFirst).toBe(part === 'gradients');
    expect(second).not.toBe(exactSecond);
  });
});
