import type { RandomSource } from './random-source.js';

/** Linear-ish RGB, each 0..1. */
export type Rgb = readonly [number, number, number];

/**
 * What makes a drawn person: constant over that person's images. Lengths in half head heights (chin at y = 1, top of the
 * skull at -1), measured on the front of the head.
 */
export interface FaceIdentity {
  readonly skin: Rgb;
  readonly hair: Rgb;
  readonly iris: Rgb;
  readonly lips: Rgb;
  readonly faceWidth: number;
  /** Exponent of the lower outline: small is pointed, large is square. */
  readonly jaw: number;
  readonly eyeX: number;
  readonly eyeY: number;
  readonly eyeWidth: number;
  readonly eyeHeight: number;
  readonly eyeTilt: number;
  readonly browY: number;
  readonly browThickness: number;
  readonly browTilt: number;
  readonly browLength: number;
  readonly noseY: number;
  readonly noseWidth: number;
  readonly noseBridge: number;
  readonly mouthY: number;
  readonly mouthWidth: number;
  readonly lipThickness: number;
  /** Height of the hairline above the face; 1.2 and less than -0.9 mean a bald head. */
  readonly hairline: number;
  readonly hairPart: number;
  readonly fringe: number;
  /** y down to which side hair falls; below -0.3 it is short. */
  readonly hairLength: number;
  readonly hairVolume: number;
  readonly hairWave: number;
  /** Depth on the head at which side hair begins. */
  readonly templeDepth: number;
  /** 0 none, 1 dense. */
  readonly beard: number;
  readonly moustache: number;
  readonly moles: readonly { readonly x: number; readonly y: number; readonly radius: number }[];
  readonly earSize: number;
  readonly hasGlasses: boolean;
  readonly glassesRound: boolean;
  readonly freckles: number;
}

const HAIR_TONES: readonly Rgb[] = [
  [0.06, 0.05, 0.05],
  [0.2, 0.12, 0.07],
  [0.36, 0.2, 0.1],
  [0.56, 0.26, 0.1],
  [0.74, 0.56, 0.28],
  [0.86, 0.78, 0.56],
  [0.55, 0.54, 0.53],
];
const IRIS_TONES: readonly Rgb[] = [
  [0.2, 0.11, 0.05],
  [0.38, 0.24, 0.1],
  [0.25, 0.42, 0.66],
  [0.3, 0.5, 0.28],
  [0.45, 0.5, 0.52],
];

/** Draws a person. Traits are independent, so unseen people are new combinations of seen traits. */
export function drawIdentity(random: RandomSource): FaceIdentity {
  const tone = random.uniform();
  const red = random.around(0.04);
  const skin: Rgb = [0.93 - 0.42 * tone + red, 0.75 - 0.42 * tone, 0.63 - 0.4 * tone - red];
  const vary = (rgb: Rgb, half: number): Rgb => [
    rgb[0] + random.around(half),
    rgb[1] + random.around(half),
    rgb[2] + random.around(half),
  ];
  const isBearded = random.chance(0.3);
  const isLong = random.chance(0.4);
  return {
    skin,
    hair: vary(random.pick(HAIR_TONES), 0.03),
    iris: vary(random.pick(IRIS_TONES), 0.04),
    lips: [
      Math.min(skin[0] * random.uniform(0.85, 1.05), 0.95),
      skin[1] * random.uniform(0.45, 0.75),
      skin[2] * random.uniform(0.5, 0.85),
    ],
    faceWidth: random.uniform(0.66, 0.86),
    jaw: random.uniform(1.7, 4.2),
    eyeX: random.uniform(0.29, 0.43),
    eyeY: random.uniform(-0.12, 0.02),
    eyeWidth: random.uniform(0.12, 0.19),
    eyeHeight: random.uniform(0.05, 0.1),
    eyeTilt: random.around(0.25),
    browY: random.uniform(0.14, 0.26),
    browThickness: random.uniform(0.018, 0.07),
    browTilt: random.around(0.35),
    browLength: random.uniform(0.16, 0.26),
    noseY: random.uniform(0.24, 0.4),
    noseWidth: random.uniform(0.09, 0.2),
    noseBridge: random.uniform(0.05, 0.11),
    mouthY: random.uniform(0.52, 0.68),
    mouthWidth: random.uniform(0.18, 0.36),
    lipThickness: random.uniform(0.03, 0.1),
    hairline: random.chance(0.1) ? -1.2 : random.uniform(-0.82, -0.42),
    hairPart: random.around(0.45),
    fringe: random.uniform(-0.25, 0.45),
    hairLength: isLong ? random.uniform(0.4, 1.3) : random.uniform(-0.5, 0.1),
    hairVolume: random.uniform(1.04, 1.24),
    hairWave: random.uniform(0, 0.06),
    templeDepth: random.uniform(0.2, 0.55),
    beard: isBearded ? random.uniform(0.35, 1) : 0,
    moustache: isBearded || random.chance(0.12) ? random.uniform(0.35, 1) : 0,
    moles: Array.from({ length: random.index(3) }, () => ({
      x: random.around(0.5),
      y: random.uniform(0.1, 0.8),
      radius: random.uniform(0.022, 0.04),
    })),
    earSize: random.uniform(0.1, 0.17),
    hasGlasses: random.chance(0.25),
    glassesRound: random.chance(0.5),
    freckles: random.chance(0.2) ? random.uniform(0.4, 1) : 0,
  };
}
