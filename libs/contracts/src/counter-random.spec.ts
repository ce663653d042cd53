import { describe, expect, it } from 'vitest';
import {
  fillNormal,
  fillUniform,
  fillWords,
  normalAt,
  philox4x32,
  shuffledIndices,
  streamOf,
  uniformAt,
} from './counter-random.js';

describe('counter-based randomness', () => {
  // Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('philox4x32-10 gives the published words for counter %j', (counter, key, expected) => {
    const words = Uint32Array.from(counter);
    philox4x32(words, key[0]!, key[1]!);
    expect([...words]).toEqual(expected);
  });

  it('depends on position alone, not on the order of the draws', () => {
    const forward = Array.from({ length: 20 }, (_, index) => uniformAt(7, 3, index, 5));
    const backward = Array.from({ length: 20 }, (_, index) => uniformAt(7, 3, 19 - index, 5)).reverse();
    expect(forward).toEqual(backward);
    expect(new Set([...forward, uniformAt(7, 4, 0, 5), uniformAt(8, 3, 0, 5), uniformAt(7, 3, 0, 6)]).size).toBe(23);
    expect(uniformAt(7, 3, 2 ** 32, 0)).not.toBe(uniformAt(7, 3, 0, 0));
  });

  it('fills words that a longer or a shorter target shares, four to a block', () => {
    const long = new Uint32Array(11);
    const short = new Uint32Array(6);
    fillWords(7, 3, 1, 2, long);
    fillWords(7, 3, 1, 2, short);
    expect([...long.subarray(0, 6)]).toEqual([...short]);
    const expected = Uint32Array.of(4, 2, 1, 0);
    philox4x32(expected, 7, 3);
    expect([...long.subarray(4, 8)]).toEqual([...expected]);
  });

  it('draws normals with the right first moments', () => {
    const values = new Float32Array(40_001);
    fillNormal(1, 1, 0, values, 2);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const kurtosis = values.reduce((sum, value) => sum + (value - mean) ** 4, 0) / values.length / variance ** 2;
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(Math.abs(variance - 4)).toBeLessThan(0.15);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.15);
    const single = Array.from({ length: 20_000 }, (_, index) => normalAt(1, 1, index));
    expect(Math.abs(single.reduce((sum, value) => sum + value ** 2, 0) / single.length - 1)).toBeLessThan(0.05);
  });

  it('draws uniforms in [0, 1) with the right first moments, by row and position alone', () => {
    const values = new Float32Array(40_001);
    fillUniform(1, 1, 2 ** 40 + 3, values);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    // Four standard deviations of a mean of 40,001 uniforms are 0.0058.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.0058);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
    const short = new Float32Array(7);
    fillUniform(1, 1, 2 ** 40 + 3, short);
    expect([...short]).toEqual([...values.subarray(0, 7)]);
    fillUniform(1, 1, 3, short);
    expect([...short]).not.toEqual([...values.subarray(0, 7)]);
  });

  it('fills rows independently of each other and of the length', () => {
    const long = new Float32Array(10);
    const short = new Float32Array(7);
    fillNormal(5, 1, 123, long);
    fillNormal(5, 1, 123, short);
    expect([...short]).toEqual([...long.subarray(0, 7)]);
  });

  it('shuffles: every index once, another order per epoch', () => {
    const first = shuffledIndices(1, 2, 0, 1000);
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect([...shuffledIndices(1, 2, 1, 1000)]).not.toEqual([...first]);
  });

  it('gives names streams apart from the numbered ones', () => {
    expect(streamOf('conv_1.weight')).toBeGreaterThanOrEqual(2 ** 31);
    expect(streamOf('conv_1.weight')).not.toBe(streamOf('conv_2.weight'));
  });
});
