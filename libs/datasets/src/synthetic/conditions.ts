import type { SyntheticDifficulty } from './difficulty.js';
import type { Rgb } from './identity.js';
import type { RandomSource } from './random-source.js';

/** What differs from image to image of one person. */
export interface Conditions {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly scale: number;
  readonly shiftX: number;
  readonly shiftY: number;
  /** Unit vector towards the light (x right, y down, z to the camera). */
  readonly light: Rgb;
  readonly ambient: number;
  readonly gain: Rgb;
  readonly smile: number;
  readonly mouthOpen: number;
  readonly eyesOpen: number;
  readonly gaze: number;
  readonly browRaise: number;
  readonly background: readonly { readonly x: number; readonly y: number; readonly radius: number; readonly colour: Rgb }[];
  readonly backgroundColour: Rgb;
  readonly clothes: Rgb;
  readonly noise: number;
  readonly noiseSeed: number;
  readonly togglesGlasses: boolean;
  /** 0: as always; towards 1 hair turns grey or, below 0, is dyed. */
  readonly greying: number;
  readonly hairLengthChange: number;
  readonly fringeChange: number;
  readonly beardChange: number;
  readonly wrinkles: number;
}

/** Draws the circumstances of one image. `minYaw` turns the head at least that far, to either side. */
export function drawConditions(random: RandomSource, difficulty: SyntheticDifficulty, minYaw = 0): Conditions {
  // Muted, as rooms and clothes are: a grey of any brightness with a cast.
  const colour = (): Rgb => {
    const grey = random.uniform(0.08, 0.9);
    return [grey * random.uniform(0.6, 1.2), grey * random.uniform(0.6, 1.2), grey * random.uniform(0.6, 1.2)];
  };
  const side = random.chance(0.5) ? 1 : -1;
  const yaw = side * random.uniform(minYaw, Math.max(difficulty.yaw, minYaw));
  const azimuth = random.around(1.3);
  const elevation = random.uniform(-0.3, 0.9);
  const brightness = 2 ** random.around(difficulty.exposure);
  const { tint, expression, aging } = difficulty;
  return {
    yaw,
    pitch: random.around(difficulty.pitch),
    roll: random.around(difficulty.roll),
    scale: 1 + random.around(difficulty.scale),
    shiftX: random.around(difficulty.shift),
    shiftY: random.around(difficulty.shift),
    light: [Math.sin(azimuth) * Math.cos(elevation), -Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation)],
    ambient: 1 - difficulty.sideLight * random.uniform(0.4, 1),
    gain: [
      brightness * (1 + random.around(tint)),
      brightness * (1 + random.around(tint)),
      brightness * (1 + random.around(tint)),
    ],
    smile: random.uniform(-0.4, 1) * expression,
    mouthOpen: random.chance(0.35) ? random.uniform(0.2, 1) * expression : 0,
    eyesOpen: random.chance(0.08 * expression) ? 0.12 : random.uniform(0.75, 1.1),
    gaze: random.around(0.6),
    browRaise: random.around(0.05) * expression,
    background: Array.from({ length: 5 }, () => ({
      x: random.uniform(-1.3, 1.3),
      y: random.uniform(-1.3, 1.3),
      radius: random.uniform(0.3, 1.1),
      colour: colour(),
    })),
    backgroundColour: colour(),
    clothes: colour(),
    noise: difficulty.noise * random.uniform(0.3, 1.5),
    noiseSeed: random.index(0x7fffffff),
    togglesGlasses: random.chance(difficulty.glasses),
    greying: aging * random.uniform(-0.6, 1),
    hairLengthChange: random.around(0.6) * aging,
    fringeChange: random.around(0.4) * aging,
    beardChange: random.chance(0.5) ? random.around(1) * aging : 0,
    wrinkles: random.uniform(0, 1) * aging,
  };
}
