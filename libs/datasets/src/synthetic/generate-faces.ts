import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { encodeImageRecord } from '../recordio/record-format.js';
import { RecordWriter } from '../recordio/record-writer.js';
import { verificationPath, writeVerificationSet } from '../verification-set.js';
import { SYNTHETIC_IMAGE_SIZE, type Drawing } from './draw-face.js';
import { DrawingPool } from './drawing-pool.js';
import { TRAINING_DIFFICULTY, type SyntheticDifficulty } from './difficulty.js';
import { RandomSource } from './random-source.js';
import { drawPairs, SYNTHETIC_TARGETS, type SyntheticTarget } from './verification-plan.js';

const MAX_THREADS = 8;
/** Images that wait at a thread, so that it never does. */
const AHEAD_PER_THREAD = 8;

export interface SyntheticFacesOptions {
  /** Folder that receives train.rec, train.idx, property and the verification sets. Made when missing. */
  readonly directory: string;
  readonly numIdentities: number;
  readonly imagesPerIdentity: number;
  /** Pairs of each verification set, at least 20; people there are not among the training identities. */
  readonly numPairs: number;
  readonly seed: number;
  /** Overrides of {@link TRAINING_DIFFICULTY} for the training images. */
  readonly difficulty?: Partial<SyntheticDifficulty>;
  /** Threads that draw; the bytes do not depend on it. Default: one per core, at most 8. */
  readonly numThreads?: number;
  /** Called after every drawn image. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SyntheticFacesSummary {
  readonly numImages: number;
  readonly numIdentities: number;
  /** Names of the verification sets. */
  readonly targets: readonly string[];
}

/**
 * Draws a set of faces in the `faces_emore` layout: record 0 and identity records as in the originals, and three
 * verification sets of people that training never sees (lfw: as training; cfp_fp: frontal against turned heads;
 * agedb_30: a changed look). The same options give the same bytes.
 * `property` is written last: a folder that was left half done does not open.
 */
export async function generateSyntheticFaces(options: SyntheticFacesOptions): Promise<SyntheticFacesSummary> {
  const { directory, numIdentities, imagesPerIdentity, numPairs } = options;
  if (numIdentities < 2 || imagesPerIdentity < 1 || numPairs < 20) {
    throw new ArcFleetError('dataset_invalid', 'Synthetic faces need at least 2 identities, 1 image each and 20 pairs', {
      numIdentities,
      imagesPerIdentity,
      numPairs,
    });
  }
  await mkdir(directory, { recursive: true });
  await rm(join(directory, 'property'), { force: true });
  const pool = new DrawingPool(options.numThreads ?? Math.min(availableParallelism(), MAX_THREADS));
  try {
    const studio = new Studio(options, pool);
    await writeTraining(options, studio);
    for (const target of SYNTHETIC_TARGETS) await writeTarget(options, studio, target);
  } finally {
    await pool.close();
  }
  await writeFile(join(directory, 'property'), `${numIdentities},${SYNTHETIC_IMAGE_SIZE},${SYNTHETIC_IMAGE_SIZE}\n`);
  return { numImages: numIdentities * imagesPerIdentity, numIdentities, targets: SYNTHETIC_TARGETS.map(({ name }) => name) };
}

type Shot = Omit<Drawing, 'purpose' | 'seed'>;

/** Has shots drawn, as many at a time as the pool has room for, and hands the images over in order. */
class Studio {
  private done = 0;
  private readonly total: number;

  constructor(
    private readonly options: SyntheticFacesOptions,
    private readonly pool: DrawingPool,
  ) {
    const perTarget = SYNTHETIC_TARGETS.reduce((sum, target) => sum + target.numIdentities * target.imagesPerIdentity, 0);
    this.total = options.numIdentities * options.imagesPerIdentity + perTarget;
  }

  async shoot(purpose: string, shots: readonly Shot[], take: (jpeg: Uint8Array, index: number) => Promise<void>): Promise<void> {
    const { pool, options } = this;
    const ahead = pool.numThreads * AHEAD_PER_THREAD;
    const running: Promise<Uint8Array>[] = [];
    for (let index = 0; index < shots.length + ahead; index++) {
      const shot = shots[index];
      if (shot) {
        const image = pool.draw({ ...shot, purpose, seed: options.seed });
        image.catch(() => undefined); // thrown where it is taken
        running.push(image);
      }
      const ready = index - ahead;
      if (ready < 0 || ready >= shots.length) continue;
      await take(await (running[ready] as Promise<Uint8Array>), ready);
      this.options.onProgress?.(++this.done, this.total);
    }
  }
}

async function writeTraining(options: SyntheticFacesOptions, studio: Studio): Promise<void> {
  const { directory, numIdentities, imagesPerIdentity } = options;
  const difficulty = { ...TRAINING_DIFFICULTY, ...options.difficulty };
  const shots: Shot[] = [];
  for (let identity = 0; identity < numIdentities; identity++) {
    for (let take = 0; take < imagesPerIdentity; take++) shots.push({ identity, take, difficulty });
  }
  const firstIdentityKey = shots.length + 1;
  const none = new Uint8Array(0);
  const writer = await RecordWriter.create(join(directory, 'train.rec'), join(directory, 'train.idx'));
  try {
    await writer.append(0, encodeImageRecord([firstIdentityKey, firstIdentityKey + numIdentities], 0, none));
    await studio.shoot('train', shots, async (jpeg, index) => {
      await writer.append(index + 1, encodeImageRecord([(shots[index] as Shot).identity], index + 1, jpeg));
    });
    for (let identity = 0; identity < numIdentities; identity++) {
      const first = identity * imagesPerIdentity + 1;
      const key = firstIdentityKey + identity;
      await writer.append(key, encodeImageRecord([first, first + imagesPerIdentity], key, none));
    }
  } finally {
    await writer.close();
  }
}

async function writeTarget(options: SyntheticFacesOptions, studio: Studio, target: SyntheticTarget): Promise<void> {
  const shots: Shot[] = [];
  for (let identity = 0; identity < target.numIdentities; identity++) {
    for (let take = 0; take < target.imagesPerIdentity; take++) shots.push({ identity, take, ...target.shot(take) });
  }
  const images: Uint8Array[] = [];
  await studio.shoot(target.name, shots, async (jpeg) => void images.push(jpeg));
  const { first, second, isSame } = drawPairs(
    new RandomSource(options.seed, `synthetic/${target.name}/pairs`, 0),
    target,
    options.numPairs,
  );
  const pairs: Uint8Array[] = [];
  isSame.forEach((_, pair) =>
    pairs.push(images[first[pair] as number] as Uint8Array, images[second[pair] as number] as Uint8Array),
  );
  await writeVerificationSet(verificationPath(options.directory, target.name), pairs, isSame);
}
