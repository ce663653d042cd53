import { expect, it } from 'vitest';
import { roundToBfloat16, wildFloats } from '../testing/reference.js';
import { Arena, TILE } from './arena.js';
import { fromBfloat16, toBfloat16 } from './bfloat16.js';

const SPECIAL = [-0, 0, 2 ** -149, -(2 ** -126), 3.3895e38, -3.4e38, Infinity, -Infinity, 1 + 2 ** -8, 1 + 3 * 2 ** -8];
/** Floats of every kind, and NaNs whose bits would turn into an infinity if they were cut. */
function floats(length: number): Float32Array {
  const values = wildFloats(length, length + 1);
  values.set(SPECIAL.slice(0, length));
  const words = new Uint32Array(values.buffer);
  if (length > 20) words.set([0x7f800001, 0xffc12345, 0x7fffffff], 12);
  return values;
}
const bits = (values: Float32Array) => new Uint32Array(values.slice().buffer);

it.each([0, 1, 7, 8, TILE - 1, TILE, 2 * TILE + 5])('rounds and widens %i values as the functions for callers do', (length) => {
  const values = floats(length);
  for (const inArena of [true, false]) {
    const arena = new Arena(16 * TILE);
    const taken = inArena ? arena.take(2 * length) : new Uint8Array(2 * length);
    const halves = new Uint16Array(taken.buffer, taken.byteOffset, length);
    arena.round(values, halves);
    expect(halves).toEqual(toBfloat16(values));
    const widened = new Float32Array(length);
    arena.widen(halves, widened);
    expect(bits(widened)).toEqual(bits(fromBfloat16(halves)));
    for (const [index, value] of values.entries()) {
      expect(Object.is(widened[index], Number.isNaN(value) ? Number.NaN : roundToBfloat16(value))).toBe(true);
    }
  }
});

it.each([1, 7, 100, TILE])('adds %i floats with the bits of float32 sums, from its own memory and from others', (length) => {
  const arena = new Arena(4 * TILE);
  const parts = [floats(length), wildFloats(length, 77), wildFloats(length, 78)];
  const taken = arena.take(4 * length);
  const inside = new Float32Array(taken.buffer, taken.byteOffset, length);
  inside.set(parts[1]!);
  arena.setFloats(parts[0]!);
  arena.addFloats(inside);
  arena.addFloats(parts[2]!);
  const expected = Float32Array.from(parts[0]!, (value, index) => Math.fround(value + parts[1]![index]!) + parts[2]![index]!);
  expect([...arena.sum(length)]).toEqual([...expected]);
});

it('gives memory that nobody else has, also when its slots are used up, and takes it back', () => {
  const arena = new Arena(64);
  const taken = Array.from({ length: 20 }, () => arena.take(64));
  taken.forEach((chunk, index) => chunk.fill(index));
  taken.forEach((chunk, index) => expect([...new Set(chunk)]).toEqual([index]));
  for (const chunk of taken) arena.give(chunk);
  const again = Array.from({ length: 20 }, () => arena.take(10));
  again.forEach((chunk, index) => chunk.fill(index));
  again.forEach((chunk, index) => expect([...chunk]).toEqual(Array<number>(10).fill(index)));
});
