/**
 * How fast batches are read, decoded and placed: by decoding threads (mirror only, and with every augmentation), on the calling
 * thread with libuv's, and by sharp on libuv's as it was before; beside them what the decoders alone can do on as many threads.
 * The data set is written first: real crops where `--data` names a folder in the faces_emore layout, drawn faces otherwise, all
 * as JPEG of 112 x 112 at quality 95. The ways take turns in each round; medians are printed. The last line is one JSON object.
 *
 *   node dist/libs/datasets/bench/loader.bench.js [--data DIR] [--threads 2] [--images 2000] [--batch 128] [--rounds 5]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Transformer } from '@napi-rs/image';
import sharp from 'sharp';
import type { AugmentationConfig } from '#contracts';
import { BatchLoader } from '../src/batch-loader.js';
import { placeImage } from '../src/decode-image.js';
import { openTrainingSet } from '../src/open-training-set.js';
import { ImageDecoder } from '../src/pipeline/image-decoder.js';
import { NO_SECONDS, addSeconds } from '../src/pipeline/decode-task.js';
import { TRAINING_DIFFICULTY } from '../src/synthetic/difficulty.js';
import { drawFace } from '../src/synthetic/draw-face.js';
import { writeSet } from '../src/testing/write-set.js';
import type { TrainingSet } from '../src/training-set.js';

const SIZE = { height: 112, width: 112 };
const IMAGE_LENGTH = 112 * 112 * 3;
const QUALITY = 95;
/** Different images in the set; more would only take longer to draw. */
const NUM_DRAWN = 200;
const ALL: AugmentationConfig = { resize: 0.1, blur: 0.2, hsv: 0.2, grey: 0.1, jpeg: 0.5, colorJitter: 0.125, cutoff: 32 };

interface Run {
  readonly imagesPerSecond: number;
  /** Of the whole process, which other processes on the machine do not lengthen. */
  readonly cpuMsPerImage: number;
}

type Decoder = 'fast' | 'sharp';
interface CeilingOrder {
  readonly decoder: Decoder;
  readonly images: readonly Uint8Array[];
  readonly count: number;
}

if (isMainThread) await main();
else await decodeAlone(workerData as CeilingOrder);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      threads: { type: 'string', default: '2' },
      images: { type: 'string', default: '2000' },
      batch: { type: 'string', default: '128' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const [threads, numImages, batchSize, rounds] = (['threads', 'images', 'batch', 'rounds'] as const).map((name) =>
    Number(values[name]),
  ) as [number, number, number, number];
  const images = await encodedImages(values.data);
  const folder = await mkdtemp(join(tmpdir(), 'arcfleet-loader-bench-'));
  try {
    const all = Array.from({ length: numImages }, (_, index) => images[index % images.length]!);
    const labels = all.map((_, index) => index % 10);
    await writeSet(folder, all, labels, SIZE);
    const set = await openTrainingSet({ kind: 'faces_emore', path: folder });
    const numBatches = Math.floor(numImages / batchSize);
    const ways: Record<string, () => Promise<Run>> = {
      sharpOnLibuv: () => oldPath(set, batchSize, numBatches),
      callingThread: () => loaderPath(set, batchSize, numBatches, 0, null),
      threadsMirror: () => loaderPath(set, batchSize, numBatches, threads, null),
      threadsAll: () => loaderPath(set, batchSize, numBatches, threads, ALL),
      ceilingFast: () => ceiling('fast', images, threads, numImages),
      ceilingSharp: () => ceiling('sharp', images, threads, Math.ceil(numImages / 2)),
    };
    const runs: Record<string, Run[]> = {};
    for (let round = 0; round < rounds; round++) {
      for (const [name, way] of Object.entries(ways)) (runs[name] ??= []).push(await way());
    }
    const medians = (pick: (run: Run) => number, round: (value: number) => number): Record<string, number> =>
      Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, round(median(all.map(pick)))]));
    const imagesPerSecond = medians(({ imagesPerSecond: rate }) => rate, Math.round);
    const processCpuMsPerImage = medians(({ cpuMsPerImage: cpu }) => cpu, round3);
    const threadMsPerImage = {
      mirror: await stages(set, batchSize, numBatches, null),
      all: await stages(set, batchSize, numBatches, ALL),
    };
    await set.close();
    const bytesPerImage = Math.round(images.reduce((sum, { length }) => sum + length, 0) / images.length);
    for (const [name, rate] of Object.entries(imagesPerSecond)) {
      console.log(`${name.padEnd(16)}${rate} images/s, ${processCpuMsPerImage[name]} ms of CPU an image`);
    }
    const { sharpOnLibuv = NaN, threadsMirror = NaN, ceilingFast = NaN } = imagesPerSecond;
    const ratios = { toOldPath: threadsMirror / sharpOnLibuv, toCeiling: threadsMirror / ceilingFast };
    console.log(
      JSON.stringify({
        bench: 'loader',
        size: '112x112',
        quality: QUALITY,
        bytesPerImage,
        threads,
        batchSize,
        numImages,
        rounds,
        imagesPerSecond,
        ratios,
        processCpuMsPerImage,
        threadMsPerImage,
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As many batches as the set has, each given back at once: nobody computes, so that the loader is the limit. */
async function loaderPath(
  set: TrainingSet,
  batchSize: number,
  numBatches: number,
  threads: number,
  augmentation: AugmentationConfig | null,
): Promise<Run> {
  const decoder = new ImageDecoder({ size: set, source: set.source, threads, ...(augmentation ? { augmentation } : {}) });
  const plan = planOf(set, batchSize, numBatches + 1);
  const loader = new BatchLoader({ set, decoder, plan, prefetch: 2 });
  try {
    // Threads start with the first batch.
    loader.release(await loader.batch(0));
    return await timed(numBatches * batchSize, async () => {
      for (let step = 1; step <= numBatches; step++) loader.release(await loader.batch(step));
    });
  } finally {
    await loader.close();
    await decoder.close();
  }
}

/** Reading and decoding as they were: every image of a batch at once on libuv's threads, by sharp. */
async function oldPath(set: TrainingSet, batchSize: number, numBatches: number): Promise<Run> {
  const pixels = new Float32Array(batchSize * IMAGE_LENGTH);
  const plan = planOf(set, batchSize, numBatches);
  return timed(numBatches * batchSize, async () => {
    for (let step = 0; step < numBatches; step++) {
      const { indices, mirror } = plan(step)!;
      await Promise.all(
        Array.from({ length: batchSize }, async (_, at) => {
          const decoded = await decodeBySharp(await set.read(indices[at]!));
          placeImage(decoded, SIZE, mirror[at] === 1, pixels, at * IMAGE_LENGTH);
        }),
      );
    }
  });
}

async function timed(numImages: number, work: () => Promise<void>): Promise<Run> {
  const before = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { imagesPerSecond: numImages / seconds, cpuMsPerImage: (user + system) / 1000 / numImages };
}

/** Milliseconds per image and stage with one thread; reading overlaps with the rest, so its time is not the processor's. */
async function stages(set: TrainingSet, batchSize: number, numBatches: number, augmentation: AugmentationConfig | null) {
  const decoder = new ImageDecoder({ size: set, source: set.source, threads: 1, ...(augmentation ? { augmentation } : {}) });
  const pixels = decoder.allocate(batchSize * IMAGE_LENGTH);
  const labels = new Int32Array(batchSize);
  const plan = planOf(set, batchSize, numBatches + 1);
  try {
    await decoder.decodeSamples(set, plan(0)!, pixels, labels);
    let seconds = NO_SECONDS;
    for (let step = 1; step <= numBatches; step++) {
      seconds = addSeconds(seconds, await decoder.decodeSamples(set, plan(step)!, pixels, labels));
    }
    const perImage = Object.entries(seconds).map(([stage, sum]) => [stage, round3((1000 * sum) / (numBatches * batchSize))]);
    return Object.fromEntries(perImage) as Record<string, number>;
  } finally {
    await decoder.close();
  }
}

/** A decoder alone on `threads` threads, images in memory: what the machine can do. */
async function ceiling(decoder: Decoder, images: readonly Uint8Array[], threads: number, numImages: number): Promise<Run> {
  const count = Math.ceil(numImages / threads);
  const order: CeilingOrder = { decoder, images, count };
  const perThread = await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise<Run>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: order });
          worker.on('message', resolve);
          worker.on('error', reject);
        }),
    ),
  );
  const imagesPerSecond = perThread.reduce((sum, run) => sum + run.imagesPerSecond, 0);
  // Each thread sees the processor time of the whole process while it works.
  return { imagesPerSecond, cpuMsPerImage: Math.max(...perThread.map((run) => run.cpuMsPerImage)) / threads };
}

async function decodeAlone({ decoder, images, count }: CeilingOrder): Promise<void> {
  const decode = decoder === 'sharp' ? decodeBySharp : (image: Uint8Array) => new Transformer(image).rawPixelsSync();
  for (let at = 0; at < 50; at++) await decode(images[at % images.length]!);
  const run = await timed(count, async () => {
    for (let at = 0; at < count; at++) await decode(images[at % images.length]!);
  });
  parentPort?.postMessage(run);
}

async function decodeBySharp(encoded: Uint8Array): Promise<Uint8Array> {
  const image = sharp(encoded, { failOn: 'error' });
  await image.metadata();
  return image.removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
}

function planOf({ numImages }: TrainingSet, batchSize: number, numSteps: number) {
  return (step: number) => {
    if (step >= numSteps) return undefined;
    // Far from the order in the file, as a shuffled epoch is.
    const indices = Uint32Array.from({ length: batchSize }, (_, at) => ((step * batchSize + at) * 769) % numImages);
    const mirror = Uint8Array.from(indices, (index) => index & 1);
    return { indices, mirror, draws: { seed: 1, step, firstSample: 0 } };
  };
}

async function encodedImages(data: string | undefined): Promise<Uint8Array[]> {
  const sources: Uint8Array[] = [];
  if (data === undefined) {
    for (let at = 0; at < NUM_DRAWN; at++) {
      const drawing = { seed: 1, purpose: 'bench', identity: at % 20, take: at, difficulty: TRAINING_DIFFICULTY };
      sources.push(await drawFace(drawing));
    }
  } else {
    const set = await openTrainingSet({ kind: 'faces_emore', path: data });
    for (let at = 0; at < Math.min(NUM_DRAWN, set.numImages); at++) sources.push(await set.read(at));
    await set.close();
  }
  return Promise.all(sources.map((image) => sharp(image).jpeg({ quality: QUALITY, chromaSubsampling: '4:2:0' }).toBuffer()));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
