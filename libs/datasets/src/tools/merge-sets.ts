import { copyFile, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ArcFleetError } from '#contracts';
import type { ImageSize } from '../decode-image.js';
import { listVerificationTargets, verificationPath } from '../verification-set.js';
import { samplesByLabel, type FaceSet } from './face-set.js';
import { openFaceSet } from './open-face-set.js';
import { readAhead } from './read-ahead.js';
import { writeCompleteFolder, type WriteCompleteOptions } from './write-complete.js';
import { EXACT_FLOAT32, tooManyIdentities, writeEmore } from './write-emore.js';

const IMAGES_AHEAD = 16;

export interface MergeOptions extends Omit<WriteCompleteOptions, 'inputs'> {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface MergeSummary {
  readonly numImages: number;
  readonly numIdentities: number;
  /** First label of each input. */
  readonly offsets: readonly number[];
  readonly targets: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Puts data sets one behind the other: identity l of an input becomes l plus the identities of the inputs before it. Nobody
 * is recognised: a person who is in two sets becomes two identities. Verification sets come from the first input that has
 * the name; a second of other content is refused.
 * @throws ArcFleetError `dataset_invalid` for sets of different image size, beyond 2^24 identities, or for verification sets
 * that contradict each other; `conflict` when the output exists
 */
export async function mergeSets(inputs: readonly string[], output: string, options: MergeOptions = {}): Promise<MergeSummary> {
  const sets: FaceSet[] = [];
  try {
    for (const input of inputs) sets.push(await openFaceSet(input));
    const size = commonSize(sets);
    const offsets: number[] = [];
    let numIdentities = 0;
    for (const set of sets) {
      offsets.push(numIdentities);
      numIdentities += set.numClasses;
    }
    if (numIdentities > EXACT_FLOAT32) throw tooManyIdentities(numIdentities);
    const sources = await targetSources(inputs);
    const groups = sets.map((set) => samplesByLabel(set));
    const counts = Uint32Array.from(
      groups.flatMap(({ starts }) => Array.from(starts.subarray(1), (end, i) => end - (starts[i] as number))),
    );
    return await writeCompleteFolder(output, { ...options, inputs }, async (folder) => {
      const images = imagesOf(sets, groups, options);
      const nameOf = mergedNames(sets, offsets);
      const written = await writeEmore(folder, { size, counts, images, nameOf });
      for (const [name, path] of sources) await copyFile(path, verificationPath(folder, name));
      const notes = sets.flatMap((set) => set.notes);
      if (!written.hasTableOfContents) notes.push('More than 2^24 records: keys count from 0, and there is no record 0.');
      return { ...written, offsets, targets: [...sources.keys()], notes };
    });
  } finally {
    for (const set of sets) await set.close();
  }
}

async function* imagesOf(
  sets: readonly FaceSet[],
  groups: readonly { samples: Uint32Array }[],
  { signal, onProgress }: MergeOptions,
): AsyncGenerator<Uint8Array> {
  const total = sets.reduce((sum, set) => sum + set.numImages, 0);
  let done = 0;
  for (const [index, set] of sets.entries()) {
    const { samples } = groups[index] as { samples: Uint32Array };
    for await (const image of readAhead(samples, IMAGES_AHEAD, (sample) => set.read(sample))) {
      signal?.throwIfAborted();
      yield image;
      onProgress?.(++done, total);
    }
  }
}

/** "folder of the input/name": the same name may be in two inputs. */
function mergedNames(sets: readonly FaceSet[], offsets: readonly number[]): (label: number) => string {
  return (label) => {
    const index = offsets.findLastIndex((offset) => offset <= label);
    const set = sets[index] as FaceSet;
    return `${basename(set.path)}/${set.nameOf(label - (offsets[index] as number))}`;
  };
}

function commonSize(sets: readonly FaceSet[]): ImageSize {
  const [first] = sets;
  if (!first) throw new ArcFleetError('dataset_invalid', 'Nothing to merge: name two data sets or more');
  for (const set of sets) {
    if (!set.size) {
      const message = `${set.path} is a folder of images: \`arcfleet data convert\` makes records of it, and they can be merged.`;
      throw new ArcFleetError('dataset_invalid', message, { file: set.path });
    }
    if (set.size.height !== first.size?.height || set.size.width !== first.size.width) {
      const message =
        `${set.path} has images of ${set.size.height}x${set.size.width}, ${first.path} of ${first.size?.height}x${first.size?.width}. ` +
        'Bring them to one size with `arcfleet data convert --size`.';
      throw new ArcFleetError('dataset_invalid', message, { file: set.path });
    }
  }
  return first.size as ImageSize;
}

/** File of each verification set: that of the first input which has the name. */
async function targetSources(inputs: readonly string[]): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const input of inputs) {
    for (const name of await listVerificationTargets(input)) {
      const path = verificationPath(input, name);
      const known = sources.get(name);
      if (known === undefined) sources.set(name, path);
      else if (!(await readFile(known)).equals(await readFile(path))) {
        const message = `${known} and ${path} have one name and are not the same. Rename one of them, or leave it out.`;
        throw new ArcFleetError('dataset_invalid', message, { file: path });
      }
    }
  }
  return sources;
}
