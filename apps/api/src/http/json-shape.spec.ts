import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBadShape } from './json-shape.js';

describe('findBadShape', () => {
  it('takes any JSON that is neither deep nor named __proto__', () => {
    const json = fc.jsonValue({ maxDepth: 20 }).filter((value) => !/__proto__|constructor|prototype/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(json, (value) => {
        expect(findBadShape(value)).toBeNull();
      }),
    );
  });

  it.each(['__proto__', 'constructor', 'prototype'])('finds %s wherever it is', (name) => {
    const path = fc.array(fc.oneof(fc.nat(3), fc.constantFrom('a', 'b')), { maxLength: 20 });
    fc.assert(
      fc.property(path, (keys) => {
        const inner = `{"x": 1, "${name}": 2}`;
        const text = keys.reduceRight<string>(
          (json, key) => (typeof key === 'number' ? `[${'0,'.repeat(key)}${json}]` : `{"${key}": ${json}}`),
          inner,
        );
        expect(findBadShape(JSON.parse(text))).toContain(name);
      }),
    );
  });

  it('finds what is too deep without going deep itself', () => {
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(findBadShape(nested(32))).toBeNull();
    expect(findBadShape(nested(33))).toContain('deeper');
    expect(findBadShape(nested(100_000))).toContain('deeper');
  });

  it.each([undefined, null, 1, 'text', true])('takes %s', (value) => {
    expect(findBadShape(value)).toBeNull();
  });
});
