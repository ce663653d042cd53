import { fillWords } from '#contracts';

/** Whose random draws these are: sample `sample` of the global batch of the update after `step` updates. */
export interface DrawPosition {
  readonly seed: number;
  readonly step: number;
  readonly sample: number;
}

const TO_UNIT = 1 / 2 ** 32;
const words = new Uint32Array(4);

/**
 * Four uniforms in [0, 1) that depend on the position and the stream only. Each augmentation has a stream of its own, so that
 * switching one on changes nothing of the others.
 */
export function drawUniforms({ seed, step, sample }: DrawPosition, stream: number): [number, number, number, number] {
  fillWords(seed, stream, step, sample, words);
  return [words[0]! * TO_UNIT, words[1]! * TO_UNIT, words[2]! * TO_UNIT, words[3]! * TO_UNIT];
}

/** A whole number from `min` to `max`, both included, from a uniform in [0, 1). */
export function integerFrom(uniform: number, min: number, max: number): number {
  return min + Math.floor(uniform * (max - min + 1));
}
