/**
 * Counter-based randomness: every draw is a pure function of (seed, stream, position), so nothing depends on how many
 * ranks there are, on the order of the draws or on a restart. The generator is Philox4x32-10 (Salmon et al., SC 2011); the
 * key is (seed, stream), the counter the position. `Math.log`, `sin` and `cos` are V8's own software versions, so draws are
 * the same on every platform.
 */

const TO_UNIT_24 = 1 / 2 ** 24;
const TO_UNIT_53 = 1 / 2 ** 53;
const TO_UNIT_32 = 1 / 2 ** 32;
const TWO_PI = 2 * Math.PI;

/** Who draws: two purposes never share a stream. Names that are data (parameter names) get theirs from {@link streamOf}. */
export const RANDOM_STREAMS = {
  classCenters: 1,
  dataOrder: 2,
  mirror: 3,
  classSampling: 4,
  tripletIdentities: 6,
  tripletImages: 7,
  tripletNegatives: 8,
  tripletOrder: 9,
  resize: 10,
  blur: 11,
  hueSaturation: 12,
  grey: 13,
  jpeg: 14,
  colorJitter: 15,
  cutoff: 16,
} as const;

/** Stream number (31 bits, never one of {@link RANDOM_STREAMS}) of a name: FNV-1a with the top bit set. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash | 0x80000000) >>> 0;
}

/**
 * Ten rounds of Philox4x32 on `words` (4 x 32 bits, in place) under the key (`key0`, `key1`). Exported for its known-answer
 * test; use the functions below.
 */
export function philox4x32(words: Uint32Array, key0: number, key1: number): void {
  let c0 = words[0]! | 0;
  let c1 = words[1]! | 0;
  let c2 = words[2]! | 0;
  let c3 = words[3]! | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    // High halves of 0xd2511f53 * c0 and 0xcd9e8d57 * c2 from 16-bit limbs; no partial sum exceeds 32 bits.
    const a0 = c0 & 0xffff;
    const b0 = c0 >>> 16;
    const t0 = (Math.imul(0xd251, a0) + (Math.imul(0x1f53, a0) >>> 16)) | 0;
    const u0 = ((t0 & 0xffff) + Math.imul(0x1f53, b0)) | 0;
    const hi0 = (Math.imul(0xd251, b0) + (t0 >>> 16) + (u0 >>> 16)) | 0;
    const a2 = c2 & 0xffff;
    const b2 = c2 >>> 16;
    const t2 = (Math.imul(0xcd9e, a2) + (Math.imul(0x8d57, a2) >>> 16)) | 0;
    const u2 = ((t2 & 0xffff) + Math.imul(0x8d57, b2)) | 0;
    const hi2 = (Math.imul(0xcd9e, b2) + (t2 >>> 16) + (u2 >>> 16)) | 0;
    const lo0 = Math.imul(0xd2511f53, c0);
    const lo2 = Math.imul(0xcd9e8d57, c2);
    c0 = hi2 ^ c1 ^ k0;
    c1 = lo2;
    c2 = hi0 ^ c3 ^ k1;
    c3 = lo0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

const scratch = new Uint32Array(4);

function drawAt(seed: number, stream: number, a: number, b: number, block: number): Uint32Array {
  scratch[0] = block;
  scratch[1] = b;
  scratch[2] = a;
  scratch[3] = a / 2 ** 32;
  philox4x32(scratch, seed, stream);
  return scratch;
}

/** Uniform in [0, 1), 53 bits. `a` is an integer below 2^53 (a step, a row), `b` one below 2^32 (a sample, a column). */
export function uniformAt(seed: number, stream: number, a: number, b = 0): number {
  const words = drawAt(seed, stream, a, b, 0);
  return ((words[0]! >>> 5) * 67108864 + (words[1]! >>> 6)) * TO_UNIT_53;
}

/** Standard normal by Box-Muller; positions as in {@link uniformAt}. */
export function normalAt(seed: number, stream: number, a: number, b = 0): number {
  const words = drawAt(seed, stream, a, b, 1);
  const u = ((words[0]! >>> 5) * 67108864 + (words[1]! >>> 6) + 1) * TO_UNIT_53;
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(TWO_PI * words[2]! * TO_UNIT_32);
}

/**
 * Fills `target` with standard normals (times `scale`) that depend on (seed, stream, row) and the position in `target` only;
 * four values per draw (32-bit uniforms: tails end at 6.6 sigma).
 */
export function fillNormal(seed: number, stream: number, row: number, target: Float32Array, scale = 1): void {
  const { length } = target;
  for (let start = 0; start < length; start += 4) {
    const words = drawAt(seed, stream, row, start >>> 2, 2);
    const radius0 = Math.sqrt(-2 * Math.log((words[0]! + 1) * TO_UNIT_32)) * scale;
    const angle0 = TWO_PI * words[1]! * TO_UNIT_32;
    const radius1 = Math.sqrt(-2 * Math.log((words[2]! + 1) * TO_UNIT_32)) * scale;
    const angle1 = TWO_PI * words[3]! * TO_UNIT_32;
    target[start] = radius0 * Math.cos(angle0);
    if (start + 1 < length) target[start + 1] = radius0 * Math.sin(angle0);
    if (start + 2 < length) target[start + 2] = radius1 * Math.cos(angle1);
    if (start + 3 < length) target[start + 3] = radius1 * Math.sin(angle1);
  }
}

/** Fills `target` with uniform 32-bit words that depend on (seed, stream, a, b) and the position in `target` only. */
export function fillWords(seed: number, stream: number, a: number, b: number, target: Uint32Array): void {
  const { length } = target;
  for (let start = 0; start < length; start += 4) {
    // Blocks 0 to 2 belong to the functions above.
    const words = drawAt(seed, stream, a, b, 3 + (start >>> 2));
    for (let at = start; at < start + 4 && at < length; at++) target[at] = words[at - start]!;
  }
}

/**
 * Fills `target` with uniforms in [0, 1) (24 bits) that depend on (seed, stream, row) and the position in `target` only; four
 * values per draw. `row` is below 2^53.
 */
export function fillUniform(seed: number, stream: number, row: number, target: Float32Array): void {
  const { length } = target;
  for (let start = 0; start < length; start += 4) {
    const words = drawAt(seed, stream, row, start >>> 2, 3);
    for (let lane = 0; lane < 4 && start + lane < length; lane++) target[start + lane] = (words[lane]! >>> 8) * TO_UNIT_24;
  }
}

/** A permutation of 0..count-1 (Fisher-Yates) that depends on (seed, stream, a) only, for example a = epoch. */
export function shuffledIndices(seed: number, stream: number, a: number, count: number): Uint32Array {
  const indices = new Uint32Array(count);
  for (let index = 0; index < count; index++) indices[index] = index;
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(uniformAt(seed, stream, a, index) * (index + 1));
    const held = indices[index]!;
    indices[index] = indices[other]!;
    indices[other] = held;
  }
  return indices;
}
