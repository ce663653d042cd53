/** Numbers that lengths, offsets and counts must not be believed to be. */
const EXTREMES = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x1fffffff, 0x20000000];

/** A stream of 32-bit numbers from a seed (Mulberry32, Tommy Ettinger 2017, public domain). */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/**
 * A copy of `bytes` with one to four changes: bits flipped, bytes set, cut off, parts repeated, moved, removed or taken from
 * elsewhere, 32- and 64-bit fields and decimal numbers set to extremes. The same seed gives the same copy.
 */
export function mutate(bytes: Uint8Array, seed: number): Buffer {
  const next = numbers(seed);
  let mutant = Buffer.from(bytes);
  for (let changes = 1 + next(4); changes > 0 && mutant.length > 0; changes--) {
    const at = next(mutant.length);
    const length = 1 + next(Math.min(64, mutant.length - at));
    switch (next(9)) {
      case 0:
        mutant[at] = (mutant[at] as number) ^ (1 << next(8));
        break;
      case 1:
        mutant[at] = next(256);
        break;
      case 2:
        mutant = mutant.subarray(0, at);
        break;
      case 3:
        mutant = splice(mutant, at, 0, mutant.subarray(at, at + length));
        break;
      case 4:
        mutant = splice(mutant, at, length, Buffer.alloc(0));
        break;
      case 5: {
        const from = next(mutant.length);
        mutant = splice(mutant, at, length, Buffer.from(mutant.subarray(from, from + length)));
        break;
      }
      case 6:
        // Fields stand at multiples of four in records, anywhere in pickles.
        if (mutant.length >= 4)
          mutant.writeUInt32LE(EXTREMES[next(EXTREMES.length)] as number, Math.min(next(2) ? at & ~3 : at, mutant.length - 4));
        break;
      case 7:
        if (mutant.length >= 8)
          mutant.writeBigUInt64LE(2n ** BigInt(next(64)) - BigInt(next(2)), Math.min(at, mutant.length - 8));
        break;
      default:
        mutant = splice(mutant, at, length, Buffer.from(String(2 ** next(70) - next(2))));
    }
  }
  return mutant;
}

function splice(bytes: Buffer, at: number, remove: number, insert: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}
