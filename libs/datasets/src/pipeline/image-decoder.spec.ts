import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uniformAt, type AugmentationConfig } from '#contracts';
import { BatchLoader } from '../batch-loader.js';
import { dropSmallIdentities } from '../drop-small-identities.js';
import { openTrainingSet } from '../open-training-set.js';
import { writeSet } from '../testing/write-set.js';
import type { TrainingSet } from '../training-set.js';
import { DecodePool } from './decode-pool.js';
import { ImageDecoder, type BatchPlan } from './image-decoder.js';

const SIZE = { height: 24, width: 24 };
const IMAGE_LENGTH = 24 * 24 * 3;
const NUM_IMAGES = 20;
const ALL: AugmentationConfig = { resize: 0.5, blur: 0.5, hsv: 0.5, grey: 0.2, jpeg: 0.5, colorJitter: 0.125, cutoff: 8 };
/** Class of each image: 0 has more than the others. */
const LABELS = Int32Array.from({ length: NUM_IMAGES }, (_, index) => index % 3).fill(0, 18);

let root: string;
let images: Uint8Array[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-pipeline-'));
  images = await Promise.all(
    Array.from({ length: NUM_IMAGES }, (_, index) => {
      const pixels = Uint8Array.from({ length: IMAGE_LENGTH }, (_, at) => 256 * uniformAt(1, 101, index, at >> 4));
      const encoder = sharp(pixels, { raw: { ...SIZE, channels: 3 } });
      // One in five goes the general decoder's way.
      return (index % 5 === 4 ? encoder.png() : encoder.jpeg({ quality: 95 })).toBuffer();
    }),
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function newFolder(of = images): Promise<string> {
  const folder = await mkdtemp(join(root, 'set-'));
  await writeSet(folder, of, LABELS, SIZE);
  return folder;
}

async function withSet<T>(use: (set: TrainingSet) => Promise<T>, of = images): Promise<T> {
  const set = await openTrainingSet({ kind: 'faces_emore', path: await newFolder(of) });
  try {
    return await use(set);
  } finally {
    await set.close();
  }
}

async function withDecoder<T>(
  set: TrainingSet,
  threads: number,
  augmentation: AugmentationConfig | undefined,
  use: (decoder: ImageDecoder) => Promise<T>,
): Promise<T> {
  const { source } = set;
  const decoder = new ImageDecoder({ size: set, source, threads, ...(augmentation ? { augmentation } : {}) });
  try {
    return await use(decoder);
  } finally {
    await decoder.close();
  }
}

const planOf = (step: number): BatchPlan => ({
  indices: Array.from({ length: 7 }, (_, at) => (step * 7 + at * 3) % NUM_IMAGES),
  mirror: [0, 1, 0, 1, 1, 0, 0],
  draws: { seed: 5, step, firstSample: 14 },
});

describe('threads', () => {
  it.each([
    ['mirrored', undefined],
    ['with every augmentation', ALL],
  ] as const)('make the batches of the calling thread, bit for bit, at any number of them (%s)', async (_, augmentation) => {
    await withSet(async (set) => {
      const made = (threads: number) =>
        withDecoder(set, threads, augmentation, async (decoder) => {
          const all: { pixels: number[]; labels: number[] }[] = [];
          for (const step of [0, 1, 2]) {
            const pixels = decoder.allocate(7 * IMAGE_LENGTH);
            const labels = new Int32Array(7);
            await decoder.decodeSamples(set, planOf(step), pixels, labels);
            all.push({ pixels: [...pixels], labels: [...labels] });
          }
          return all;
        });
      const here = await made(0);
      expect(here[1]!.labels).toEqual(Array.from(planOf(1).indices, (index) => LABELS[index]));
      expect(here[0]!.pixels).not.toEqual(here[1]!.pixels);
      for (const threads of [1, 3]) expect(await made(threads)).toEqual(here);
    });
  });

  it('place every image as it is and mirrored, where both are wanted', async () => {
    await withSet(async (set) => {
      const made = (threads: number) =>
        withDecoder(set, threads, undefined, async (decoder) => {
          const pixels = decoder.allocate(2 * 5 * IMAGE_LENGTH);
          await decoder.decodeImages(images.slice(0, 5), (index) => `image ${index}`, pixels, true);
          return [...pixels];
        });
      const here = await made(0);
      expect(await made(2)).toEqual(here);
      const at = (place: number, x: number) => here.slice(place * IMAGE_LENGTH + 3 * x, place * IMAGE_LENGTH + 3 * x + 3);
      for (let image = 0; image < 5; image++) {
        for (const x of [0, 5, 23]) expect(at(2 * image, x)).toEqual(at(2 * image + 1, 23 - x));
      }
    });
  });

  it.each([0, 2])('name the first damaged image by its place in the batch (%i threads)', async (threads) => {
    const broken = images.map((image, index) => ([5, 6, 13].includes(index) ? image.slice(0, image.length - 30) : image));
    await withSet(async (set) => {
      await withDecoder(set, threads, undefined, async (decoder) => {
        const pixels = decoder.allocate(8 * IMAGE_LENGTH);
        const decode = (indices: number[]) => decoder.decodeSamples(set, { indices }, pixels, new Int32Array(8));
        for (const [indices, record] of [
          [[0, 1, 2, 3, 13, 4, 6, 5], 14],
          [[0, 6, 2, 3, 13, 4, 1, 5], 7],
        ] as const) {
          await expect(decode([...indices])).rejects.toMatchObject({
            code: 'dataset_corrupt',
            message: expect.stringContaining(`record ${record} of ${set.path}/train.rec`),
          });
        }
        // What was not damaged is decoded as before.
        await expect(decode([0, 1, 2, 3])).resolves.toMatchObject({ augment: 0 });
      });
    }, broken);
  });

  it('that cannot open the source say so', async () => {
    await withSet(async (set) => {
      const source = { ...set.source!, path: join(root, 'nowhere.rec') };
      const decoder = new ImageDecoder({ size: set, source, threads: 2 });
      const pixels = decoder.allocate(7 * IMAGE_LENGTH);
      await expect(decoder.decodeSamples(set, planOf(0), pixels, new Int32Array(7))).rejects.toMatchObject({
        code: 'dataset_not_found',
        message: expect.stringContaining('nowhere.rec'),
      });
      await decoder.close();
    });
  });

  it('that die are an error with a name for whoever waits, and for whoever comes later', async () => {
    await withSet(async (set) => {
      const pool = new DecodePool(set.source, 1);
      const pixels = new Float32Array(new SharedArrayBuffer(4 * IMAGE_LENGTH * NUM_IMAGES));
      const task = {
        count: NUM_IMAGES,
        size: SIZE,
        mirror: null,
        bothWays: false,
        augmentation: null,
        pixels,
        start: 0,
      };
      const run = () =>
        pool.run(task, (from, to) => ({
          kind: 'located',
          locations: set.locate(Uint32Array.from({ length: to - from }, (_, at) => from + at))!,
        }));
      const waiting = run();
      const died = expect(waiting).rejects.toMatchObject({ error: { code: 'decoder_crashed' } });
      await pool['threads']![0]!['worker'].terminate();
      await died;
      await expect(run()).rejects.toMatchObject({ error: { code: 'decoder_crashed' } });
      await pool.close();
    });
  });

  it('are gone when they are closed, after what they were doing', async () => {
    await withSet(async (set) => {
      const decoder = new ImageDecoder({ size: set, source: set.source, threads: 2 });
      const pixels = decoder.allocate(7 * IMAGE_LENGTH);
      const running = decoder.decodeSamples(set, planOf(0), pixels, new Int32Array(7));
      await decoder.close();
      await expect(running).resolves.toBeDefined();
      const workers = decoder['pool']!['threads']!.map((thread) => thread['worker'].threadId);
      expect(workers).toEqual([-1, -1]);
      await expect(decoder.decodeSamples(set, planOf(0), pixels, new Int32Array(7))).rejects.toThrow('closed');
      await decoder.close();
    });
  });

  it('keep no process alive, but are waited for', async () => {
    const script = `
      const { openTrainingSet, ImageDecoder, BatchLoader } = await import('#datasets');
      const set = await openTrainingSet({ kind: 'faces_emore', path: ${JSON.stringify(await newFolder())} });
      const decoder = new ImageDecoder({ size: set, source: set.source, threads: 2 });
      const loader = new BatchLoader({ set, decoder, plan: () => ({ indices: [0, 1, 2, 3] }), prefetch: 2 });
      const { labels } = await loader.batch(0);
      console.log([...labels].join());
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, output }).toEqual({ code: 0, output: '0,1,2,0\n' });
  });
});

describe('a loader with threads', () => {
  it('delivers each step as it is however it is asked for, and a jump leaves nothing behind', async () => {
    await withSet(async (set) => {
      await withDecoder(set, 2, ALL, async (decoder) => {
        const plan = (step: number) => (step < 40 ? planOf(step) : undefined);
        const loader = new BatchLoader({ set, decoder, plan, prefetch: 3 });
        const expected = async (step: number) => {
          const pixels = decoder.allocate(7 * IMAGE_LENGTH);
          await decoder.decodeSamples(set, planOf(step), pixels, new Int32Array(7));
          return pixels;
        };
        for (const step of [0, 1, 2, 30, 31, 3, 4, 39]) {
          const batch = await loader.batch(step);
          expect(batch.pixels).toEqual(await expected(step));
          loader.release(batch);
        }
        const { decodeMsPerImage } = loader.takeMetrics();
        expect(decodeMsPerImage).toBeGreaterThan(0);
        await expect(loader.batch(40)).rejects.toThrow('no step 40');
        await loader.close();
      });
    });
  });
});

describe('small identities', () => {
  it('are left out; labels and everything else stay', async () => {
    await withSet(async (set) => {
      const counts = [0, 1, 2].map((label) => LABELS.filter((other) => other === label).length);
      const smallest = Math.min(...counts);
      const kept = dropSmallIdentities(set, smallest + 1);
      expect(kept.numClasses).toBe(3);
      const samples = [...LABELS.keys()].filter((index) => counts[LABELS[index]!]! > smallest);
      expect(kept.numImages).toBe(samples.length);
      expect(kept.numImages).toBeLessThan(NUM_IMAGES);
      expect([...kept.labels]).toEqual(samples.map((index) => LABELS[index]));
      for (const [index, sample] of samples.entries()) {
        expect(kept.describe(index)).toBe(set.describe(sample));
        expect(await kept.read(index)).toEqual(await set.read(sample));
      }
      const all = Uint32Array.from(samples.keys());
      expect(kept.locate(all)).toEqual(set.locate(Uint32Array.from(samples)));
      await expect(kept.read(samples.length)).rejects.toThrow(RangeError);
      expect(dropSmallIdentities(set, 1)).toBe(set);
      expect(() => dropSmallIdentities(set, 100)).toThrow(expect.objectContaining({ code: 'dataset_invalid' }));
    });
  });
});
