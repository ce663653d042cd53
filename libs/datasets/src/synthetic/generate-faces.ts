import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { ArcFleetError } from '#contracts';
import { encodeImageRecord } from '../recordio/record-format.js';
import { RecordWriter } from '../recordio/record-writer.js';
import { verificationPath, writeVerificationSet } from '../verification-set.js';
import { drawConditions } from './conditions.js';
import { TRAINING_DIFFICULTY, type SyntheticDifficulty } from './difficulty.js';
import { drawIdentity } from './identity.js';
import { RandomSource } from './random-source.js';
import { renderFace } from './render-face.js';
import { drawPairs, SYNTHETIC_TARGETS, type SyntheticTarget } from './verification-plan.js';

export const SYNTHETIC_IMAGE_SIZE = 112;
const JPEG_QUALITY = 92;
/** Images that are drawn while earlier ones are still being encoded on libuv's threads. */
const ENCODE_AHEAD = 16;

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
  const studio = new Studio(options);
  await mkdir(directory, { recursive: true });
  await rm(join(directory, 'property'), { force: true });
  await writeTraining(options, studio);
  for (const target of SYNTHETIC_TARGETS) await writeTarget(options, studio, target);
  await writeFile(join(directory, 'property'), `${numIdentities},${SYNTHETIC_IMAGE_SIZE},${SYNTHETIC_IMAGE_SIZE}\n`);
  return { numImages: numIdentities * imagesPerIdentity, numIdentities, targets: SYNTHETIC_TARGETS.map(({ name }) => name) };
}

/** One image to be drawn: of whom, which take, how hard. */
interface Shot {
  readonly identity: number;
  readonly take: number;
  readonly difficulty: SyntheticDifficulty;
  readonly minYaw?: number;
}

/** Draws on the main thread while libuv's threads encode what was drawn before. */
class Studio {
  private done = 0;
  private readonly total: number;

  constructor(private readonly options: SyntheticFacesOptions) {
    const perTarget = SYNTHETIC_TARGETS.reduce((sum, target) => sum + target.numIdentities * target.imagesPerIdentity, 0);
    this.total = options.numIdentities * options.imagesPerIdentity + perTarget;
  }

  async shoot(purpose: string, shots: readonly Shot[], take: (jpeg: Uint8Array, index: number) => Promise<void>): Promise<void> {
    const running: Promise<Uint8Array>[] = [];
    for (let index = 0; index < shots.length + ENCODE_AHEAD; index++) {
      if (index < shots.length) running.push(this.draw(purpose, shots[index] as Shot));
      const ready = index - ENCODE_AHEAD;
      if (ready >= 0) {
        await take(await (running[ready] as Promise<Uint8Array>), ready);
        this.options.onProgress?.(++this.done, this.total);
      }
    }
  }

  private draw(purpose: string, shot: Shot): Promise<Uint8Array> {
    const { seed } = this.options;
    const size = SYNTHETIC_IMAGE_SIZE;
    const identity = drawIdentity(new RandomSource(seed, `synthetic/${purpose}/identity`, shot.identity));
    const random = new RandomSource(seed, `synthetic/${purpose}/image/${shot.identity}`, shot.take);
    const pixels = new Uint8Array(size * size * 3);
    renderFace(identity, drawConditions(random, shot.difficulty, shot.minYaw), size, pixels);
    return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
      .jpeg({ quality: JPEG_QUALITY })
      .toBuffer();
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
