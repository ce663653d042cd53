import { reportError, type DatasetKind } from '#contracts';
import { listFolder } from '../bytes/list-folder.js';
import { listVerificationTargets, openVerificationSet, verificationPath } from '../verification-set.js';
import { readImageSize, type ImageSize } from '../decode-image.js';
import { DecodeChecks } from './decode-checks.js';
import { openIdentityFolders } from './identity-folders.js';
import { ImageHash } from './image-hash.js';
import type { TargetSummary } from './inspect-set.js';
import { ProblemList, type Problem, type ValidateOptions } from './problems.js';
import { readAhead } from './read-ahead.js';
import { isTransient, validateRecords } from './validate-records.js';

const MAX_KEPT = 1000;
const READS_AHEAD = 16;

export interface Validation {
  readonly kind: DatasetKind;
  readonly numImages: number;
  readonly numIdentities: number;
  /** Images of the set and of its verification sets that could be decoded; 0 when not asked for. */
  readonly numDecoded: number;
  readonly targets: readonly string[];
  readonly numBroken: number;
  readonly numNotes: number;
  /** The first 1,000. */
  readonly problems: readonly Problem[];
}

/** What the same look saw beside problems. */
export interface SeenContents {
  /** Size stated by the set, for folders that of the first image; undefined: neither can be read. */
  readonly size: ImageSize | undefined;
  /** Classes that a head must have. */
  readonly numClasses: number;
  readonly labels: Int32Array;
  readonly imageBytes: number;
  readonly targets: Readonly<Record<string, TargetSummary>>;
  /** Of images that came in the order of their keys. */
  readonly hash: ImageHash;
}

/**
 * Reads a data set to its end, whatever is broken in it, and lists what is: damaged records, an index or labels or identity
 * ranges that contradict the rest, images that cannot be decoded, verification sets. Memory: some 60 bytes an image.
 * @throws ArcFleetError `dataset_not_found` or `dataset_invalid` when there is nothing to validate; `storage_unavailable`
 */
export async function validateSet(path: string, options: ValidateOptions = {}): Promise<Validation> {
  return (await look(path, options, undefined)).validation;
}

/** {@link validateSet} that reads every image, decoded or not, and says what there is. @throws ArcFleetError as {@link validateSet} */
export async function examineSet(
  path: string,
  options: ValidateOptions = {},
): Promise<{ readonly validation: Validation; readonly contents: SeenContents }> {
  const hash = new ImageHash();
  const { validation, contents } = await look(path, options, hash);
  return { validation, contents: { ...contents, hash } };
}

async function look(
  path: string,
  options: ValidateOptions,
  hash: ImageHash | undefined,
): Promise<{ readonly validation: Validation; readonly contents: Omit<SeenContents, 'hash'> }> {
  const { access, signal, decode } = options;
  const problems = new ProblemList(MAX_KEPT, options.onProblem);
  const checks = decode === false ? undefined : new DecodeChecks();
  const names = await listFolder(path, access);
  const kind = options.kind ?? (names.includes('train.rec') ? 'faces_emore' : 'image_folder');
  const validate = kind === 'faces_emore' ? validateEmore : validateFolders;
  const { numIdentities, ...contents } = await validate(path, problems, checks, hash, options);
  const targets: Record<string, TargetSummary> = {};
  const found = await listVerificationTargets(path, access);
  for (const name of found) {
    const summary = await validateTarget(verificationPath(path, name), problems, checks, { access, signal });
    if (summary) targets[name] = summary;
  }
  await checks?.finish();
  const validation = {
    kind,
    numImages: contents.labels.length,
    numIdentities,
    numDecoded: checks?.numDecoded ?? 0,
    targets: found,
    numBroken: problems.numBroken,
    numNotes: problems.numNotes,
    problems: problems.kept,
  };
  return { validation, contents: { ...contents, targets } };
}

type KindContents = Omit<SeenContents, 'hash' | 'targets'> & { readonly numIdentities: number };

async function validateEmore(
  path: string,
  problems: ProblemList,
  checks: DecodeChecks | undefined,
  hash: ImageHash | undefined,
  options: ValidateOptions,
): Promise<KindContents> {
  const { property, numIdentities, labels, imageBytes } = await validateRecords(path, problems, checks, hash, options);
  return { size: property, numClasses: property?.numClasses ?? numIdentities, numIdentities, labels, imageBytes };
}

async function validateFolders(
  path: string,
  problems: ProblemList,
  checks: DecodeChecks | undefined,
  hash: ImageHash | undefined,
  { signal, onProgress, access }: ValidateOptions,
): Promise<KindContents> {
  const set = await openIdentityFolders(path, access);
  try {
    const samples = Uint32Array.from({ length: checks || hash ? set.numImages : 0 }, (_, i) => i);
    const read = async (sample: number): Promise<{ sample: number; image?: Uint8Array; why?: string }> =>
      set.read(sample).then(
        (image) => ({ sample, image }),
        (error: unknown) => {
          if (isTransient(error)) throw error;
          return { sample, why: reportError(error).message };
        },
      );
    let imageBytes = 0;
    let size: ImageSize | undefined;
    for await (const { sample, image, why } of readAhead(samples, READS_AHEAD, read)) {
      signal?.throwIfAborted();
      const file = set.describe(sample);
      const onFailed = (reason: string): void => problems.broken('image', file, reason, { key: sample + 1 });
      if (image) {
        imageBytes += image.length;
        hash?.add(sample + 1, set.labels[sample] as number, image);
        if (sample === 0) size = await readImageSize(image, file).catch(() => undefined);
        await checks?.add(image, file, onFailed);
      } else onFailed(why ?? '');
      onProgress?.(sample + 1, set.numImages);
    }
    await checks?.finish();
    return { size, numClasses: set.numClasses, numIdentities: set.numClasses, labels: set.labels, imageBytes };
  } finally {
    await set.close();
  }
}

async function validateTarget(
  path: string,
  problems: ProblemList,
  checks: DecodeChecks | undefined,
  { access, signal }: Pick<ValidateOptions, 'access' | 'signal'>,
): Promise<TargetSummary | null> {
  try {
    const set = await openVerificationSet(path, access);
    const { isSame, numPairs } = set;
    const numSame = isSame.reduce((sum, same) => sum + same, 0);
    if (numSame === 0 || numSame === numPairs) {
      const why = `all ${numPairs} pairs are of ${numSame === 0 ? 'two people' : 'one person'}: no threshold can be found`;
      problems.broken('verification', path, why);
    }
    if (numPairs % 10 !== 0) problems.note('verification', path, `${numPairs} pairs do not make 10 folds of one size`);
    for (let index = 0; index < 2 * numPairs && checks; index++) {
      signal?.throwIfAborted();
      const pair = Math.floor(index / 2);
      await checks.add(await set.image(index), `image ${index} (pair ${pair}) of ${path}`, (why) =>
        problems.broken('verification', path, why),
      );
    }
    return { pairs: numPairs, same: numSame };
  } catch (error) {
    signal?.throwIfAborted();
    if (isTransient(error)) throw error;
    problems.broken('verification', path, reportError(error).message);
    return null;
  }
}
