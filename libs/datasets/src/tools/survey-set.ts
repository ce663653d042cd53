import { ArcFleetError, type DatasetFacts, type DatasetKind } from '#contracts';
import { fingerprintSet, type Fingerprint } from '../fingerprint.js';
import { openTrainingSet } from '../open-training-set.js';
import type { RemoteAccess } from '../bytes/remote-access.js';
import { ImageHash } from './image-hash.js';
import type { Problem, ValidateOptions } from './problems.js';
import { readAhead } from './read-ahead.js';
import { examineSet, type SeenContents } from './validate-set.js';

const READS_AHEAD = 16;
/** What a broken set throws instead of being read to its end. */
const UNUSABLE: readonly string[] = ['dataset_not_found', 'dataset_invalid', 'dataset_corrupt', 'pickle_refused'];
const MAX_PROBLEMS = 100;
/** Lists of tasks carry all of them. */
const MAX_MESSAGE = 400;
/** As a run's configuration names them. */
const TARGET_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** What a whole look found: facts of a set that can be used, or what is broken in it. */
export interface Survey {
  readonly facts: DatasetFacts | null;
  readonly numProblems: number;
  /** The first 100. */
  readonly problems: readonly { readonly where: string; readonly message: string }[];
}

/**
 * Reads a data set to its end, local or `s3://`, once (twice where records do not lie in the order of their keys), and says what it
 * holds, or what is broken; what `validateSet` only notes does not count. Memory: some 80 bytes an image.
 *
 * @throws ArcFleetError `dataset_changed` when files change meanwhile, `storage_unavailable`; the reason of `signal`
 */
export async function surveySet(path: string, options: ValidateOptions & { readonly kind: DatasetKind }): Promise<Survey> {
  const { kind, access, signal } = options;
  try {
    const before = await fingerprintSet({ kind, path }, access, signal);
    const { validation, contents } = await examineSet(path, options);
    const misnamed = validation.targets.filter((name) => !TARGET_NAME.test(name)).map((name) => misnamedTarget(path, name));
    const numProblems = validation.numBroken + misnamed.length;
    if (numProblems > 0) {
      const broken = validation.problems.filter(({ severity }) => severity === 'broken').map(toPlain);
      return { facts: null, numProblems, problems: [...broken, ...misnamed].slice(0, MAX_PROBLEMS) };
    }
    const digest = contents.hash.isInOrder ? contents.hash.digest() : await digestByKey(path, kind, access, signal);
    await checkOpens(path, kind, access);
    signal?.throwIfAborted();
    checkUnchanged(path, before, await fingerprintSet({ kind, path }, access, signal));
    return { facts: factsOf(contents, digest, before), numProblems: 0, problems: [] };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ArcFleetError) || !UNUSABLE.includes(error.code)) throw error;
    return {
      facts: null,
      numProblems: 1,
      problems: [{ where: path.slice(0, 500), message: error.message.slice(0, MAX_MESSAGE) }],
    };
  }
}

function factsOf(
  { labels, numClasses, size, imageBytes, targets }: SeenContents,
  digest: string,
  found: Fingerprint,
): DatasetFacts {
  const counts = new Uint32Array(numClasses);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  counts.sort();
  const at = (index: number): number => counts[index] ?? 0;
  const perIdentity = {
    min: at(0),
    median: at(Math.floor((counts.length - 1) / 2)),
    max: at(counts.length - 1),
    empty: counts.lastIndexOf(0) + 1,
  };
  return {
    images: labels.length,
    identities: numClasses,
    width: size?.width ?? 0,
    height: size?.height ?? 0,
    imageBytes,
    perIdentity,
    targets,
    digest,
    fingerprint: found.sha256,
    files: [...found.files],
  };
}

/** What training would refuse is no set to refer to. */
async function checkOpens(path: string, kind: DatasetKind, access: RemoteAccess | undefined): Promise<void> {
  await (await openTrainingSet({ kind, path }, access)).close();
}

function checkUnchanged(path: string, before: Fingerprint, after: Fingerprint): void {
  if (before.sha256 === after.sha256) return;
  const message = `${path} has changed while it was read. Validate it again when nobody writes to it any more.`;
  throw new ArcFleetError('dataset_changed', message, { file: path });
}

/** Records that lie in another order are read once more, in that of their keys. */
async function digestByKey(
  path: string,
  kind: DatasetKind,
  access: RemoteAccess | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const set = await openTrainingSet({ kind, path }, access);
  try {
    const hash = new ImageHash();
    let sample = 0;
    const samples = Uint32Array.from({ length: set.numImages }, (_, i) => i);
    for await (const image of readAhead(samples, READS_AHEAD, (index) => set.read(index))) {
      signal?.throwIfAborted();
      const place = set.locate(Uint32Array.of(sample));
      const key = place && 'keys' in place ? (place.keys[0] as number) : sample + 1;
      hash.add(key, set.labels[sample] as number, image);
      sample++;
    }
    return hash.digest();
  } finally {
    await set.close();
  }
}

function misnamedTarget(folder: string, name: string): { where: string; message: string } {
  const message =
    'verification: its name must be 1 to 64 of A-Z, a-z, 0-9, _, dot and -, and begin with a letter or digit; rename it';
  return { where: `${folder}/${name}.bin`.slice(0, 500), message };
}

function toPlain({ kind, file, why, key, byte }: Problem): { where: string; message: string } {
  const place = [key === undefined ? '' : `key ${key}`, byte === undefined ? '' : `byte ${byte}`].filter(Boolean).join(', ');
  return { where: `${file}${place && ` (${place})`}`.slice(0, 500), message: `${kind}: ${why}`.slice(0, MAX_MESSAGE) };
}
