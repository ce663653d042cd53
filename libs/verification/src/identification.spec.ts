import { describe, expect, it } from 'vitest';
import { identify, MULTIPLY_TOLERANCE } from './identification.js';
import { drawer } from './testing/drawn-pairs.js';

const DIM = 6;

/** Unit rows around one centre per label. */
function drawnPeople(labels: readonly number[], numDistractors: number, seed: number) {
  const next = drawer(seed);
  const value = () => (next() % 2_001) / 1_000 - 1;
  const unit = (row: number[]) => row.map((x) => x / Math.hypot(...row));
  const centers = new Map<number, number[]>();
  const rows = labels.map((label) => {
    if (!centers.has(label)) centers.set(label, Array.from({ length: DIM }, value));
    return unit(centers.get(label)!.map((x) => x + 0.8 * value()));
  });
  const others = Array.from({ length: numDistractors }, () => unit(Array.from({ length: DIM }, value)));
  return { rows, others, labels: Int32Array.from(labels) };
}

describe('identify', () => {
  it('agrees with every comparison made by itself', async () => {
    for (const seed of [3, 8, 21]) {
      const { rows, others, labels } = drawnPeople([0, 0, 0, 1, 1, 2, 3, 3, 3, 3], 5000, seed);
      const embeddings = Float32Array.from(rows.flat());
      const distractors = Float32Array.from(others.flat());
      const fars = [1e-4, 1e-2];
      const scores = await identify({ embeddings, labels }, distractors, { dim: DIM, maxRank: 50, fars });

      const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
        let sum = 0;
        for (let d = 0; d < DIM; d++) sum += a[i * DIM + d]! * b[j * DIM + d]!;
        return sum;
      };
      const impostors: number[][] = rows.map((_, probe) => others.map((__, at) => dot(embeddings, probe, distractors, at)));
      const mated: { similarity: number; rank: number }[] = [];
      for (const [probe, label] of labels.entries()) {
        for (const [mate, other] of labels.entries()) {
          if (mate === probe || other !== label) continue;
          const similarity = dot(embeddings, probe, embeddings, mate);
          mated.push({ similarity, rank: 1 + impostors[probe]!.filter((value) => value >= similarity).length });
        }
      }
      expect(scores).toMatchObject({ numProbes: 10, numMated: mated.length, numDistractors: 5000 });
      expect(scores.cmc).toEqual(
        Array.from({ length: 50 }, (_, k) => mated.filter(({ rank }) => rank <= k + 1).length / mated.length),
      );
      expect(scores.rank1).toBe(scores.cmc[0]);
      const all = impostors.flat().sort((a, b) => b - a);
      for (const far of fars) {
        const { tar, far: achieved, threshold } = scores.tarAtFar[String(far)]!;
        expect(achieved).toBe(all.filter((value) => value > threshold).length / all.length);
        expect(achieved).toBeLessThanOrEqual(far);
        expect(threshold).toBe(all[Math.floor(far * all.length)]);
        expect(all.filter((value) => value > threshold).length / all.length).toBeLessThanOrEqual(far);
        expect(tar).toBe(mated.filter(({ similarity }) => similarity > threshold).length / mated.length);
      }
    }
  });

  it('gives the same to the bit with a multiplication that is off by the tolerance', async () => {
    for (const seed of [4, 9]) {
      const { rows, others, labels } = drawnPeople([0, 0, 0, 1, 1, 2, 3, 3, 3, 3], 6000, seed);
      const embeddings = Float32Array.from(rows.flat());
      // Some distractors are the very images of probes.
      const distractors = Float32Array.from([...others.flat(), ...rows.slice(0, 4).flat()]);
      const next = drawer(seed);
      const tiles: number[] = [];
      const multiply = (a: Float32Array, b: Float32Array, dim: number) => {
        const [height, width] = [a.length / dim, b.length / dim];
        return Float32Array.from({ length: height * width }, (_, at) => {
          let sum = ((next() % 1_999) / 1_000 - 1) * 0.999 * MULTIPLY_TOLERANCE;
          for (let d = 0; d < dim; d++) sum += a[Math.floor(at / width) * dim + d]! * b[(at % width) * dim + d]!;
          return sum;
        });
      };
      const options = { dim: DIM, maxRank: 50, fars: [1e-5, 1e-3, 1e-2] };
      const exact = await identify({ embeddings, labels }, distractors, options);
      const onProgress = (done: number) => tiles.push(done);
      expect(await identify({ embeddings, labels }, distractors, { ...options, multiply, onProgress })).toEqual(exact);
      expect(tiles).toEqual([0, 4096]);
    }
  });

  it('says the false accept rate that was achieved, not the one that was asked for', async () => {
    const unit = (...values: number[]): number[] => [...values, ...new Array<number>(DIM - values.length).fill(0)];
    const probes = { embeddings: Float32Array.of(...unit(1), ...unit(1)), labels: Int32Array.of(4, 4) };
    // Three of four are alike: the third most alike pair is as alike as the second.
    const distractors = Float32Array.of(...unit(0.5), ...unit(0.25), ...unit(0.25), ...unit(0));
    const { tarAtFar } = await identify(probes, distractors, { dim: DIM, fars: [0.1, 0.25, 0.5, 1] });
    expect(tarAtFar).toEqual({
      '0.1': { tar: 1, far: 0, threshold: 0.5 },
      '0.25': { tar: 1, far: 2 / 8, threshold: 0.25 },
      '0.5': { tar: 1, far: 2 / 8, threshold: 0.25 },
      '1': { tar: 1, far: 1, threshold: -Infinity },
    });
  });

  it('gives others a turn while it searches, and ends with what is thrown at it then', async () => {
    const probes = { embeddings: new Float32Array(2 * DIM).fill(1), labels: Int32Array.of(4, 4) };
    let isTold = false;
    setImmediate(() => (isTold = true));
    const done: number[] = [];
    const onProgress = (count: number): void => {
      done.push(count);
      if (isTold) throw new Error('told to stop');
    };
    await expect(identify(probes, new Float32Array(9000 * DIM), { dim: DIM, onProgress })).rejects.toThrow('told to stop');
    expect(done).toEqual([0]);
  });

  it('needs mates and distractors', async () => {
    const alone = { embeddings: new Float32Array(DIM).fill(1), labels: Int32Array.of(4) };
    const invalid = expect.objectContaining({ code: 'dataset_invalid' }) as unknown;
    await expect(identify(alone, new Float32Array(DIM), { dim: DIM })).rejects.toEqual(invalid);
    const two = { embeddings: new Float32Array(2 * DIM).fill(1), labels: Int32Array.of(4, 4) };
    await expect(identify(two, new Float32Array(0), { dim: DIM })).rejects.toEqual(invalid);
    await expect(identify(two, new Float32Array(DIM + 1), { dim: DIM })).rejects.toMatchObject({ code: 'shape_mismatch' });
  });

  it.each([NaN, Infinity])('refuses embeddings with %d in them', async (value) => {
    const probes = { embeddings: new Float32Array(2 * DIM).fill(1), labels: Int32Array.of(4, 4) };
    const distractors = new Float32Array(3 * DIM).fill(1);
    const broken = distractors.slice();
    broken[2 * DIM + 1] = value;
    const refusal = { code: 'non_finite', details: { row: 2 } };
    await expect(identify(probes, broken, { dim: DIM })).rejects.toMatchObject(refusal);
    probes.embeddings[DIM] = value;
    await expect(identify(probes, distractors, { dim: DIM })).rejects.toMatchObject({ ...refusal, details: { row: 1 } });
  });
});
