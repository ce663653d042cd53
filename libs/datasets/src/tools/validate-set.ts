import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { reportError } from '#contracts';
import { listVerificationTargets, openVerificationSet, verificationPath } from '../verification-set.js';
import { DecodeChecks } from './decode-checks.js';
import { openIdentityFolders } from './identity-folders.js';
import { ProblemList, type Problem, type ValidateOptions } from './problems.js';
import { readAhead } from './read-ahead.js';
import { validateRecords } from './validate-records.js';

const MAX_KEPT = 1000;
const READS_AHEAD = 16;

export interface Validation {
  readonly kind: 'faces_emore' | 'image_folder';
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

/**
 * Reads a data set to its end, whatever is broken in it, and lists what is: damaged records, an index or labels or identity
 * ranges that contradict the rest, images that cannot be decoded, verification sets. Memory: some 60 bytes an image.
 * @throws ArcFleetError `dataset_not_found` or `dataset_invalid` when there is nothing to validate
 */
export async function validateSet(path: string, options: ValidateOptions = {}): Promise<Validation> {
  const problems = new ProblemList(MAX_KEPT, options.onProblem);
  const checks = options.decode === false ? undefined : new DecodeChecks();
  const isRecords = existsSync(join(path, 'train.rec'));
  const counts = isRecords
    ? await validateRecords(path, problems, checks, options)
    : await validateFolders(path, problems, checks, options);
  const targets = await listVerificationTargets(path);
  for (const name of targets) await validateTarget(verificationPath(path, name), problems, checks, options.signal);
  await checks?.finish();
  return {
    kind: isRecords ? 'faces_emore' : 'image_folder',
    ...counts,
    numDecoded: checks?.numDecoded ?? 0,
    targets,
    numBroken: problems.numBroken,
    numNotes: problems.numNotes,
    problems: problems.kept,
  };
}

async function validateFolders(
  path: string,
  problems: ProblemList,
  checks: DecodeChecks | undefined,
  { signal, onProgress }: ValidateOptions,
): Promise<{ numImages: number; numIdentities: number }> {
  const set = await openIdentityFolders(path);
  const samples = Uint32Array.from({ length: set.numImages }, (_, i) => i);
  const read = async (sample: number): Promise<{ sample: number; image?: Uint8Array; why?: string }> =>
    set.read(sample).then(
      (image) => ({ sample, image }),
      (error: unknown) => ({ sample, why: reportError(error).message }),
    );
  for await (const { sample, image, why } of readAhead(checks ? samples : samples.subarray(0, 0), READS_AHEAD, read)) {
    signal?.throwIfAborted();
    const file = set.describe(sample);
    const onFailed = (reason: string): void => problems.broken('image', file, reason, { key: sample + 1 });
    if (image) await checks?.add(image, file, onFailed);
    else onFailed(why ?? '');
    onProgress?.(sample + 1, set.numImages);
  }
  await checks?.finish();
  return { numImages: set.numImages, numIdentities: set.numClasses };
}

async function validateTarget(
  path: string,
  problems: ProblemList,
  checks: DecodeChecks | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const set = await openVerificationSet(path);
    const { isSame, numPairs } = set;
    const numSame = isSame.reduce((sum, same) => sum + same, 0);
    if (numSame === 0 || numSame === numPairs) {
      const why = `all ${numPairs} pairs are of ${numSame === 0 ? 'two people' : 'one person'}: no threshold can be found`;
      problems.broken('verification', path, why);
    }
    if (numPairs % 10 !== 0) problems.note('verification', path, `${numPairs} pairs do not make 10 folds of one size`);
    for (let index = 0; index < 2 * numPairs; index++) {
      signal?.throwIfAborted();
      const pair = Math.floor(index / 2);
      if (checks)
        await checks.add(await set.image(index), `image ${index} (pair ${pair}) of ${path}`, (why) =>
          problems.broken('verification', path, why),
        );
    }
  } catch (error) {
    signal?.throwIfAborted();
    problems.broken('verification', path, reportError(error).message);
  }
}
