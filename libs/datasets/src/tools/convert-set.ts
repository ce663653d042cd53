import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { listVerificationTargets, verificationPath } from '../verification-set.js';
import { readImageSize, type ImageSize } from '../decode-image.js';
import { encodeFace } from './encode-face.js';
import { LABELS_FILE, samplesByLabel, type FaceSet } from './face-set.js';
import { EXTENSION, imageFormat } from './image-format.js';
import { openFaceSet } from './open-face-set.js';
import { readAhead } from './read-ahead.js';
import { writeCompleteFolder, type WriteCompleteOptions } from './write-complete.js';
import { writeEmore } from './write-emore.js';

const IMAGES_AHEAD = 16;

export interface ConvertOptions extends Omit<WriteCompleteOptions, 'inputs'> {
  /** Default: the other one. */
  readonly to?: 'faces_emore' | 'image_folder' | undefined;
  /** Identities with fewer images are left out. */
  readonly minImages?: number | undefined;
  /** The first n that the other filters leave. */
  readonly maxIdentities?: number | undefined;
  /** Names of the identities to keep; see {@link FaceSet.nameOf}. */
  readonly identities?: ReadonlySet<string> | undefined;
  /** Default: what the set states, for folders the size of the first image. */
  readonly size?: ImageSize | undefined;
  /** JPEG quality that every image is encoded anew with; default: only images of another size are, with 95. */
  readonly quality?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface ConvertSummary {
  readonly kind: FaceSet['kind'];
  readonly numImages: number;
  readonly numIdentities: number;
  readonly targets: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Converts a data set between the `faces_emore` layout and folders of identities. Identities keep their order and are
 * numbered anew without gaps; labels.txt says who is who. Verification sets are copied. The output is whole or absent.
 * @throws ArcFleetError as {@link openFaceSet}; `dataset_invalid` when nothing is left; `conflict` when the output exists
 */
export async function convertSet(input: string, output: string, options: ConvertOptions = {}): Promise<ConvertSummary> {
  const set = await openFaceSet(input);
  try {
    const kind = options.to ?? (set.kind === 'faces_emore' ? 'image_folder' : 'faces_emore');
    const chosen = chooseIdentities(set, options);
    const size = options.size ?? set.size ?? (await readImageSize(await set.read(chosen.samples[0] as number), set.describe(0)));
    return await writeCompleteFolder(output, { ...options, inputs: [input] }, async (folder) => {
      const images = encodedImages(set, chosen, kind === 'faces_emore' || options.size ? size : undefined, options);
      const notes = [...set.notes];
      if (kind === 'faces_emore') {
        const nameOf = (label: number): string => set.nameOf(chosen.labels[label] as number);
        const written = await writeEmore(folder, { size, counts: chosen.counts, images, nameOf });
        if (!written.hasTableOfContents) notes.push('More than 2^24 records: keys count from 0, and there is no record 0.');
      } else await writeFolders(folder, set, chosen, images);
      const targets = await copyTargets(input, folder);
      return { kind, numImages: chosen.samples.length, numIdentities: chosen.labels.length, targets, notes };
    });
  } finally {
    await set.close();
  }
}

interface Chosen {
  /** Label in the input of each new label. */
  readonly labels: readonly number[];
  /** Images of each new label. */
  readonly counts: Uint32Array;
  /** Samples of the input, identity by identity. */
  readonly samples: Uint32Array;
}

function chooseIdentities(set: FaceSet, { minImages = 1, maxIdentities = Infinity, identities }: ConvertOptions): Chosen {
  const { samples, starts } = samplesByLabel(set);
  const labels: number[] = [];
  const unseen = new Set(identities);
  for (let label = 0; label < set.numClasses && labels.length < maxIdentities; label++) {
    const count = (starts[label + 1] as number) - (starts[label] as number);
    const name = identities ? set.nameOf(label) : '';
    unseen.delete(name);
    if (count >= Math.max(minImages, 1) && (!identities || identities.has(name))) labels.push(label);
  }
  const [missing] = unseen;
  if (missing !== undefined && maxIdentities === Infinity) {
    const message = `${set.path} has no identity "${missing}" (${unseen.size} of ${identities?.size} are missing). Its names go from "${set.nameOf(0)}" to "${set.nameOf(set.numClasses - 1)}".`;
    throw new ArcFleetError('dataset_invalid', message, { file: set.path, identity: missing });
  }
  if (labels.length === 0) {
    throw new ArcFleetError('dataset_invalid', `No identity of ${set.path} passes the filters. Loosen them.`, { file: set.path });
  }
  const counts = Uint32Array.from(labels, (label) => (starts[label + 1] as number) - (starts[label] as number));
  const kept = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const label of labels) {
    const own = samples.subarray(starts[label], starts[label + 1]);
    kept.set(own, at);
    at += own.length;
  }
  return { labels, counts, samples: kept };
}

/** Images in order; `size` undefined: as they are. */
async function* encodedImages(
  set: FaceSet,
  { samples }: Chosen,
  size: ImageSize | undefined,
  { quality, signal, onProgress }: ConvertOptions,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  const images = readAhead(samples, IMAGES_AHEAD, async (sample) => {
    const encoded = await set.read(sample);
    const target = size ?? (quality === undefined ? undefined : await readImageSize(encoded, set.describe(sample)));
    return target ? encodeFace(encoded, target, quality, set.describe(sample)) : encoded;
  });
  for await (const image of images) {
    signal?.throwIfAborted();
    yield image;
    onProgress?.(++done, samples.length);
  }
}

async function writeFolders(folder: string, set: FaceSet, chosen: Chosen, images: AsyncIterable<Uint8Array>): Promise<void> {
  const nameOf = folderNames(set, chosen);
  let label = -1;
  let left = 0;
  let place = '';
  let at = 0;
  let lines = '';
  for await (const image of images) {
    if (left === 0) {
      left = chosen.counts[++label] as number;
      place = join(folder, nameOf(label));
      await mkdir(place);
      lines += `${label}\t${set.nameOf(chosen.labels[label] as number)}\n`;
    }
    const key = set.keyOf(chosen.samples[at++] as number);
    await writeFile(join(place, `${String(key).padStart(10, '0')}.${EXTENSION[imageFormat(image)]}`), image);
    left--;
  }
  await writeFile(join(folder, LABELS_FILE), lines);
}

/** Names of the identities where they sort as the labels do and can name folders; else the new labels in digits. */
function folderNames(set: FaceSet, { labels }: Chosen): (label: number) => string {
  const names = labels.map((label) => set.nameOf(label));
  const isFit = names.every(
    (name, i) => basename(name) === name && !name.startsWith('.') && (i === 0 || name > (names[i - 1] as string)),
  );
  const digits = String(labels.length - 1).length;
  return isFit ? (label) => names[label] as string : (label) => String(label).padStart(digits, '0');
}

/** Copies the verification sets of a folder. Returns their names. */
export async function copyTargets(from: string, to: string): Promise<string[]> {
  const targets = await listVerificationTargets(from);
  for (const name of targets) await copyFile(verificationPath(from, name), verificationPath(to, name));
  return targets;
}
