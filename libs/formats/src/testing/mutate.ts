/** Draws of a mutation; the same seed gives the same file. */
export function mutationsOf(seed: number): (limit: number) => number {
  let state = seed * 2654435761 + 1;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

/**
 * A damaged copy: one to four of a flipped bit, an extreme byte, an extreme number of 4 or 8 bytes, a removed, repeated or
 * foreign stretch, a cut end.
 */
export function mutate(bytes: Uint8Array, seed: number): Buffer {
  const draw = mutationsOf(seed);
  let mutant = Buffer.from(bytes);
  for (let count = 1 + draw(4); count > 0 && mutant.length > 0; count--) {
    const at = draw(mutant.length);
    const length = Math.min(1 + draw(16), mutant.length - at);
    switch (draw(8)) {
      case 0:
        mutant[at]! ^= 1 << draw(8);
        break;
      case 1:
        mutant[at] = EXTREMES[draw(EXTREMES.length)]!;
        break;
      case 2:
        mutant.fill(EXTREMES[draw(EXTREMES.length)]!, at, at + Math.min(4, mutant.length - at));
        break;
      case 3:
        mutant.fill(EXTREMES[draw(EXTREMES.length)]!, at, at + Math.min(8, mutant.length - at));
        break;
      case 4:
        mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + length)]);
        break;
      case 5:
        mutant = Buffer.concat([mutant.subarray(0, at + length), mutant.subarray(at)]);
        break;
      case 6:
        mutant.copyWithin(at, draw(mutant.length), mutant.length);
        break;
      case 7:
        mutant = mutant.subarray(0, at);
        break;
    }
  }
  return mutant;
}
