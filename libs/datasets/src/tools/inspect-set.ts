import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { reportError } from '#contracts';
import { parseRecordHeader } from '../recordio/record-format.js';
import { RecordFile } from '../recordio/record-file.js';
import { rebuildRecordIndex } from '../recordio/rebuild-index.js';
import { readRecordIndex } from '../recordio/record-index.js';
import { listVerificationTargets, openVerificationSet, verificationPath } from '../verification-set.js';
import { readImageSize } from '../decode-image.js';
import type { FaceSet } from './face-set.js';
import { imageFormat, type ImageFormat } from './image-format.js';
import { ImageHash } from './image-hash.js';
import { openFaceSet } from './open-face-set.js';
import { readAhead } from './read-ahead.js';

const IMAGES_AHEAD = 16;
const MAX_PROBLEMS = 20;

export interface TargetSummary {
  readonly pairs: number;
  readonly same: number;
}

export interface SetDescription {
  readonly kind: FaceSet['kind'];
  readonly images: number;
  readonly identities: number;
  /** Images of an identity. */
  readonly perIdentity: { readonly min: number; readonly median: number; readonly max: number; readonly empty: number };
  /** Identities by number of images, in classes that double: 1, 2-3, 4-7, ... */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly identities: number }[];
  /** Size stated by the set, for folders that of the first image. */
  readonly height: number;
  readonly width: number;
  readonly formats: Partial<Record<ImageFormat, number>>;
  readonly imageBytes: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** What record 0 states: keys of the identity records; null: there is no record 0 of that kind. */
  readonly recordZero: { readonly first: number; readonly end: number } | null;
  readonly targets: Readonly<Record<string, TargetSummary>>;
  /** SHA-256 of the images, see {@link inspectSet}; null when an image cannot be read. */
  readonly digest: string | null;
  /** The first 20. */
  readonly problems: readonly string[];
  readonly numProblems: number;
}

/**
 * Describes a data set by reading every image once. `digest` is that of {@link ImageHash}; images of folders have keys 1.. in sorted order.
 * It goes on where an image or a verification set cannot be read, and says so.
 * @throws ArcFleetError when the set cannot be opened
 */
export async function inspectSet(
  path: string,
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<SetDescription> {
  const set = await openFaceSet(path);
  const problems: string[] = [];
  let numProblems = 0;
  const addProblem = (problem: string): void => {
    if (numProblems++ < MAX_PROBLEMS) problems.push(problem);
  };
  try {
    for (const note of set.notes) addProblem(note);
    const contents = await readImages(set, addProblem, options);
    const { height, width } = set.size ?? (await readImageSize(await set.read(0), set.describe(0)));
    return {
      kind: set.kind,
      images: set.numImages,
      identities: set.numClasses,
      ...countPerIdentity(set, addProblem),
      height,
      width,
      ...contents,
      files: await filesOf(path),
      recordZero: set.kind === 'faces_emore' ? await readRecordZero(path) : null,
      targets: await summariseTargets(path, addProblem),
      problems,
      numProblems,
    };
  } finally {
    await set.close();
  }
}

async function readImages(
  set: FaceSet,
  addProblem: (problem: string) => void,
  { signal, onProgress }: Parameters<typeof inspectSet>[1] & object,
): Promise<Pick<SetDescription, 'formats' | 'imageBytes' | 'digest'>> {
  const formats: Partial<Record<ImageFormat, number>> = {};
  const hash = new ImageHash();
  let imageBytes = 0;
  let isWhole = true;
  let sample = 0;
  const samples = Uint32Array.from({ length: set.numImages }, (_, i) => i);
  const read = (index: number): Promise<Uint8Array | string> =>
    set.read(index).catch((error: unknown) => reportError(error).message);
  for await (const image of readAhead(samples, IMAGES_AHEAD, read)) {
    signal?.throwIfAborted();
    if (typeof image === 'string') {
      addProblem(image);
      isWhole = false;
    } else {
      hash.add(set.keyOf(sample), set.labels[sample] as number, image);
      const format = imageFormat(image);
      formats[format] = (formats[format] ?? 0) + 1;
      imageBytes += image.length;
    }
    sample++;
    onProgress?.(sample, set.numImages);
  }
  return { formats, imageBytes, digest: isWhole ? hash.digest() : null };
}

function countPerIdentity(
  set: FaceSet,
  addProblem: (problem: string) => void,
): Pick<SetDescription, 'perIdentity' | 'histogram'> {
  const counts = new Uint32Array(set.numClasses);
  for (const label of set.labels) counts[label] = (counts[label] as number) + 1;
  counts.sort();
  const empty = counts.lastIndexOf(0) + 1;
  if (empty > 0) addProblem(`${empty} of ${set.numClasses} identities have no image`);
  const histogram: { from: number; to: number; identities: number }[] = [];
  for (let from = 1; from <= (counts.at(-1) as number); from *= 2) {
    const to = 2 * from - 1;
    const identities = counts.reduce((sum, count) => sum + (count >= from && count <= to ? 1 : 0), 0);
    histogram.push({ from, to, identities });
  }
  const median = counts[Math.floor((counts.length - 1) / 2)] as number;
  return { perIdentity: { min: counts[0] as number, median, max: counts.at(-1) as number, empty }, histogram };
}

async function filesOf(path: string): Promise<SetDescription['files']> {
  const entries = await readdir(path, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => ({ name, bytes: statSync(join(path, name)).size }));
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readRecordZero(path: string): Promise<SetDescription['recordZero']> {
  const idxPath = join(path, 'train.idx');
  const file = await RecordFile.open(join(path, 'train.rec'));
  try {
    const { keys, offsets } = existsSync(idxPath) ? await readRecordIndex(idxPath) : (await rebuildRecordIndex(file)).index;
    const at = keys.indexOf(0);
    if (at < 0) return null;
    const payload = await file.read(offsets[at] as number, 0);
    const header = parseRecordHeader(payload);
    if (header?.flag !== 2 || payload.length > header.imageStart) return null;
    return { first: header.labels[0] as number, end: header.labels[1] as number };
  } finally {
    await file.close();
  }
}

async function summariseTargets(path: string, addProblem: (problem: string) => void): Promise<Record<string, TargetSummary>> {
  const targets: Record<string, TargetSummary> = {};
  for (const name of await listVerificationTargets(path)) {
    try {
      const { numPairs, isSame } = await openVerificationSet(verificationPath(path, name));
      targets[name] = { pairs: numPairs, same: isSame.reduce((sum, same) => sum + same, 0) };
    } catch (error) {
      addProblem(reportError(error).message);
    }
  }
  return targets;
}
