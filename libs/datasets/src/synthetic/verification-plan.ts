import { TRAINING_DIFFICULTY, type SyntheticDifficulty } from './difficulty.js';
import type { RandomSource } from './random-source.js';

/** A verification set to be drawn: its own people, and the circumstances of take 0, 1, 2, .. of each. */
export interface SyntheticTarget {
  readonly name: string;
  readonly numIdentities: number;
  readonly imagesPerIdentity: number;
  readonly shot: (take: number) => { readonly difficulty: SyntheticDifficulty; readonly minYaw?: number };
  /** True: a pair is one even and one odd take (frontal and turned); false: any two takes. */
  readonly crosses: boolean;
}

const FRONTAL: SyntheticDifficulty = { ...TRAINING_DIFFICULTY, yaw: 0.15 };
const TURNED: SyntheticDifficulty = { ...TRAINING_DIFFICULTY, yaw: 0.7 };
const AGED: SyntheticDifficulty = { ...TRAINING_DIFFICULTY, aging: 0.4 };

/** Named after the sets that they stand in for; in the order in which those are reported. */
export const SYNTHETIC_TARGETS: readonly SyntheticTarget[] = [
  { name: 'lfw', numIdentities: 60, imagesPerIdentity: 8, shot: () => ({ difficulty: TRAINING_DIFFICULTY }), crosses: false },
  {
    name: 'cfp_fp',
    numIdentities: 60,
    imagesPerIdentity: 8,
    shot: (take) => (take % 2 === 0 ? { difficulty: FRONTAL } : { difficulty: TURNED, minYaw: 0.4 }),
    crosses: true,
  },
  { name: 'agedb_30', numIdentities: 60, imagesPerIdentity: 8, shot: () => ({ difficulty: AGED }), crosses: false },
];

/** Pairs as image numbers (identity x imagesPerIdentity + take). */
export interface PlannedPairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly isSame: Uint8Array;
}

/** Draws pairs that alternate genuine, impostor: every fold of ten holds half of each. */
export function drawPairs(random: RandomSource, target: SyntheticTarget, numPairs: number): PlannedPairs {
  const { numIdentities, imagesPerIdentity, crosses } = target;
  const first = new Int32Array(numPairs);
  const second = new Int32Array(numPairs);
  const isSame = new Uint8Array(numPairs);
  for (let pair = 0; pair < numPairs; pair++) {
    const isGenuine = pair % 2 === 0;
    const one = random.index(numIdentities);
    const other = isGenuine ? one : (one + 1 + random.index(numIdentities - 1)) % numIdentities;
    const takeOne = crosses ? 2 * random.index(imagesPerIdentity / 2) : random.index(imagesPerIdentity);
    const takeOther = crosses
      ? 2 * random.index(imagesPerIdentity / 2) + 1
      : (takeOne + 1 + random.index(imagesPerIdentity - 1)) % imagesPerIdentity;
    first[pair] = one * imagesPerIdentity + takeOne;
    second[pair] = other * imagesPerIdentity + takeOther;
    isSame[pair] = isGenuine ? 1 : 0;
  }
  return { first, second, isSame };
}
