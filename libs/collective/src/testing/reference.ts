import type { WireType } from '../collective.js';

/** Bits of float32 values; every NaN counts as one, since its payload means nothing. */
export function bitsOf(values: Float32Array): number[] {
  return [...values].map((value) => (Number.isNaN(value) ? 0x7fc00000 : new Uint32Array(Float32Array.of(value).buffer)[0]!));
}

/** Nearest value of 8 significant bits, ties to the even one; by comparing the two neighbours, not by adding to the bits. */
export function roundToBfloat16(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const word = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const low = (word & 0xffff0000) >>> 0;
  const at = (bits: number) => new Float32Array(Uint32Array.of(bits).buffer)[0]!;
  const below = at(low);
  const above = at((low + 0x10000) >>> 0);
  // Beyond the largest finite one the next step would be 2^128.
  const aboveValue = Number.isFinite(above) ? above : Math.sign(value) * 2 ** 128;
  const [down, up] = [Math.abs(value - below), Math.abs(aboveValue - value)];
  if (down === up) return (low >>> 16) % 2 === 0 ? below : above;
  return down < up ? below : above;
}

/** What every rank must get: parts reduced in rank order, in float32 after each step, element by element. */
export function referenceReduce(
  parts: readonly Float32Array[],
  operation: 'sum' | 'max',
  wire: WireType = 'float32',
  roundsResult = true,
): Float32Array {
  const seen = (value: number) => (wire === 'bfloat16' ? roundToBfloat16(value) : value);
  return Float32Array.from(parts[0]!, (_, index) => {
    const values = parts.map((part) => seen(part[index]!));
    const result = values.reduce((soFar, value) => {
      if (operation === 'sum') return Math.fround(soFar + value);
      return Number.isNaN(soFar) || Number.isNaN(value) ? Number.NaN : value > soFar ? value : soFar;
    });
    return roundsResult ? seen(result) : result;
  });
}

/** Reproducible float32 values from 2^-149 (denormal) to 2^120, of both signs, with zeros of both signs among them. */
export function wildFloats(length: number, seed: number): Float32Array {
  let state = (Math.imul(seed, 2654435761) + 1) >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length }, () => {
    const kind = next();
    if (kind < 0.05) return 0;
    if (kind < 0.1) return -0;
    const exponent = kind < 0.2 ? -149 + 23 * next() : kind < 0.6 ? -4 + 8 * next() : -126 + 246 * next();
    return (next() < 0.5 ? -1 : 1) * 2 ** exponent;
  });
}
