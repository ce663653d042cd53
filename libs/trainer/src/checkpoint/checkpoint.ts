import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collective } from '#collective';
import { ArcFleetError, type BestModel, type CheckpointManifest, type FileEntry, type TrainingJob } from '#contracts';
import type { Engine } from '#engine';
import { shardOf, type Head } from '#losses';
import type { Backbone, NamedValues } from '../backbone.js';
import type { BatchSource } from '../data/batch-source.js';
import { hashFile, writeDurably } from '#formats';
import { checkpointFolder } from './folders.js';
import { SafetensorsReader, writeSafetensors, type TensorSource } from '#formats';

const BACKBONE_FILE = 'backbone.safetensors';
/** Only where batches do not follow from the step alone. */
const BATCHES_FILE = 'batches.json';
const headFile = (rank: number): string => `head-${rank}.safetensors`;
const headTensor = (slot: string): string => `head.${slot}`;

export interface CheckpointParts {
  readonly storageRoot: string;
  readonly job: TrainingJob;
  readonly collective: Collective;
  readonly engine: Engine;
  readonly backbone: Backbone;
  readonly head: Head;
  readonly batches: BatchSource;
  readonly numClasses: number;
}

/**
 * Writes a checkpoint of `step` updates: every rank what its head keeps for its classes, rank 0 also the backbone, its optimizer
 * state, its moving average and the running statistics of every group, what the batches do not follow from, and last the manifest.
 * All ranks call it together; returns the manifest on rank 0, null elsewhere.
 * The checkpoint counts only once `results` has accepted its manifest.
 *
 * @throws ArcFleetError `collective_mismatch` on all ranks when their backbones differ.
 */
export async function writeCheckpoint(
  parts: CheckpointParts,
  step: number,
  best: BestModel | null,
): Promise<CheckpointManifest | null> {
  const { job, collective, engine, backbone, storageRoot } = parts;
  const { runId, generation, rank, worldSize } = job;
  const statistics = await backbone.statistics.gather(collective, engine);
  const averageStatistics = (await backbone.average?.statistics.gather(collective, engine)) ?? null;
  const parameters = await backbone.readParameters();
  const backboneHash = hashValues(parameters.map(({ values }) => values));

  const folder = checkpointFolder(runId, { generation, step });
  const path = join(storageRoot, folder);
  await mkdir(path, { recursive: true });
  const files: FileEntry[] = [await writeHead(parts, join(path, headFile(rank)))];
  if (rank === 0) {
    files.push(
      await writeSafetensors(join(path, BACKBONE_FILE), [
        ...parameters.map(({ name, shape, values }) => tensor(`parameter.${name}`, shape, values)),
        ...(await backbone.readOptimizerState()).map(({ slot, name, shape, values }) => tensor(`${slot}.${name}`, shape, values)),
        tensor('statistics', [statistics.length], statistics),
        ...(backbone.average ? averageTensors(await backbone.readParameters(backbone.average.parameters)) : []),
        ...(averageStatistics ? [tensor('average.statistics', [averageStatistics.length], averageStatistics)] : []),
      ]),
    );
    const { batches } = parts;
    if (batches.stateAt) {
      const state = Buffer.from(JSON.stringify(batches.stateAt(step)));
      files.push(await writeDurably(join(path, BATCHES_FILE), (write) => write(state)));
    }
  }

  const reports = await exchangeReports(collective, { files, backboneHash });
  const odd = reports.findIndex((report) => report.backboneHash !== reports[0]!.backboneHash);
  if (odd > 0) {
    throw new ArcFleetError('collective_mismatch', `At step ${step} the backbone of rank ${odd} differs from that of rank 0`, {
      step,
      rank: odd,
    });
  }
  if (rank !== 0) return null;
  const shards = reports.map((_, owner): [number, number] => {
    const { classStart, numLocalClasses } = shardOf(parts.numClasses, owner, worldSize);
    return [classStart, numLocalClasses];
  });
  const manifest: CheckpointManifest = {
    version: 1,
    runId,
    generation,
    step,
    worldSize,
    numClasses: parts.numClasses,
    folder,
    shards,
    files: reports.flatMap((report) => report.files),
    backboneHash,
    best,
  };
  await writeDurably(join(path, 'manifest.json'), (write) => write(Buffer.from(JSON.stringify(manifest, null, 2))));
  return manifest;
}

/**
 * Loads a checkpoint into backbone, head and batches. Files that this rank reads are held to the manifest's checksums first.
 *
 * @throws ArcFleetError `checkpoint_corrupt` naming the file, `checkpoint_mismatch` when it belongs to another model.
 */
export async function loadCheckpoint(parts: CheckpointParts, manifest: CheckpointManifest): Promise<void> {
  const { storageRoot, backbone, head, batches, numClasses } = parts;
  if (manifest.numClasses !== numClasses) {
    throw new ArcFleetError(
      'checkpoint_mismatch',
      `The checkpoint of step ${manifest.step} has ${manifest.numClasses} classes, the data set ${numClasses}`,
      { numClasses, found: manifest.numClasses },
    );
  }
  const folder = join(storageRoot, manifest.folder);
  const file = await openChecked(folder, BACKBONE_FILE, manifest);
  try {
    const stored = new Map<string, Float32Array>();
    for (const name of file.names) stored.set(name, await file.read(name));
    const read = (name: string): Float32Array => {
      const values = stored.get(name);
      if (!values)
        throw new ArcFleetError('checkpoint_mismatch', `${file.path} has no ${name}: it belongs to another network`, { name });
      return values;
    };
    backbone.load({
      parameter: (name) => read(`parameter.${name}`),
      slot: (slot, name) => read(`${slot}.${name}`),
      statistics: () => read('statistics'),
      average: (name) => read(`average.parameter.${name}`),
      averageStatistics: () => read('average.statistics'),
    });
  } finally {
    await file.close();
  }

  if (batches.restore) {
    await checkFile(folder, BATCHES_FILE, manifest);
    batches.restore(manifest.step, JSON.parse(await readFile(join(folder, BATCHES_FILE), 'utf8')));
  }

  const shards = new Map<number, Promise<SafetensorsReader>>();
  try {
    await head.load(async (classStart, numRows) => {
      const slots = new Map(head.slots.map((slot) => [slot, new Float32Array(numRows * slot.width)]));
      for (const [owner, [start, count]] of manifest.shards.entries()) {
        const first = Math.max(classStart, start);
        const end = Math.min(classStart + numRows, start + count);
        if (first >= end) continue;
        if (!shards.has(owner)) shards.set(owner, openChecked(folder, headFile(owner), manifest));
        const reader = await shards.get(owner)!;
        for (const [slot, values] of slots) {
          const { name, width } = slot;
          // All ranks wrote the same slots: one that a file lacks is in none.
          if (slot.isOptional && !reader.names.includes(headTensor(name))) {
            slots.delete(slot);
            continue;
          }
          checkHeadTensor(reader, name, width);
          const piece = await reader.read(headTensor(name), (first - start) * width, (end - first) * width);
          values.set(piece, (first - classStart) * width);
        }
      }
      return Object.fromEntries([...slots].map(([{ name }, values]) => [name, values]));
    });
  } finally {
    for (const reader of await Promise.allSettled(shards.values())) {
      if (reader.status === 'fulfilled') await reader.value.close();
    }
  }
}

function averageTensors(parameters: readonly NamedValues[]): TensorSource[] {
  return parameters.map(({ name, shape, values }) => tensor(`average.parameter.${name}`, shape, values));
}

function writeHead({ head }: CheckpointParts, path: string): Promise<FileEntry> {
  // One pass over the rows per slot, so that only one chunk is in memory and each tensor is contiguous in the file.
  const tensors = head.slots.map(({ name, width }): TensorSource => ({
    name: headTensor(name),
    shape: [head.numLocalClasses, width],
    pieces: async function* () {
      for await (const { slots } of head.rows(name)) yield slots[name]!;
    },
  }));
  return writeSafetensors(path, tensors, { classStart: String(head.classStart) });
}

function checkHeadTensor(reader: SafetensorsReader, slot: string, width: number): void {
  const name = headTensor(slot);
  const found = reader.names.includes(name) ? (reader.shapeOf(name)[1] ?? 0) : 0;
  if (found === width) return;
  throw new ArcFleetError(
    'checkpoint_mismatch',
    found === 0
      ? `${reader.path} has no ${name}: it belongs to another loss or optimizer`
      : `${reader.path} holds ${found} numbers of ${name} per class, the run wants ${width}: it belongs to another embedding size or loss`,
    { file: reader.path, slot, found, width },
  );
}

async function openChecked(folder: string, name: string, manifest: CheckpointManifest): Promise<SafetensorsReader> {
  await checkFile(folder, name, manifest);
  return SafetensorsReader.open(join(folder, name));
}

async function checkFile(folder: string, name: string, manifest: CheckpointManifest): Promise<void> {
  const path = join(folder, name);
  const expected = manifest.files.find((entry) => entry.path === name);
  if (!expected) throw new ArcFleetError('checkpoint_corrupt', `The manifest of ${folder} does not name ${name}`, { file: path });
  const found = await hashFile(folder, name).catch((error: unknown) => {
    throw new ArcFleetError('checkpoint_corrupt', `Cannot read ${path}: ${(error as Error).message}`, { file: path });
  });
  if (found.sizeBytes !== expected.sizeBytes || found.sha256 !== expected.sha256) {
    throw new ArcFleetError(
      'checkpoint_corrupt',
      `${path} has ${found.sizeBytes} bytes and is not the file that the manifest names (${expected.sizeBytes} bytes)`,
      { file: path },
    );
  }
}

interface RankReport {
  readonly files: FileEntry[];
  readonly backboneHash: string;
}

async function exchangeReports(collective: Collective, report: RankReport): Promise<RankReport[]> {
  const data = new TextEncoder().encode(JSON.stringify(report));
  const payloads = await collective.allGather({ dtype: 'bytes', shape: [data.byteLength], data });
  return payloads.map((payload) => JSON.parse(Buffer.from(payload.data as Uint8Array).toString('utf8')) as RankReport);
}

function hashValues(arrays: readonly Float32Array[]): string {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
}

function tensor(name: string, shape: readonly number[], values: Float32Array): TensorSource {
  return { name, shape, pieces: () => [values] };
}
