import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject, mergeConfig, valueAt, type JsonObject } from './merge-config.js';

describe('mergeConfig', () => {
  const base = {
    name: 'first',
    loss: { name: 'arcface', scale: 64, margin: 0.5 },
    schedule: { name: 'steps', boundaries: [10, 20], factor: 0.1 },
    batch: { globalBatchSize: 64 },
    maxSteps: 30,
  };

  it.each<[string, JsonObject, JsonObject]>([
    ['merges objects', { batch: { accumulationSteps: 2 } }, { batch: { globalBatchSize: 64, accumulationSteps: 2 } }],
    ['replaces scalars', { maxSteps: 5 }, { maxSteps: 5 }],
    ['replaces arrays whole', { schedule: { boundaries: [7] } }, { schedule: { name: 'steps', boundaries: [7], factor: 0.1 } }],
    [
      'keeps what else an object has while its name stays',
      { loss: { name: 'arcface', margin: 0.3 } },
      { loss: { name: 'arcface', scale: 64, margin: 0.3 } },
    ],
    ['replaces an object whole when its name changes', { loss: { name: 'cosface' } }, { loss: { name: 'cosface' } }],
    ['merges the top level whatever its name', { name: 'second' }, { name: 'second' }],
    ['adds what was not there', { ranks: { max: 2 } }, { ranks: { max: 2 } }],
  ])('%s', (_what, overrides, changed) => {
    expect(mergeConfig(base, overrides)).toEqual({ ...base, ...changed });
  });

  it('takes away what is null, at any depth, also inside an object that is new', () => {
    const merged = mergeConfig(base, { maxSteps: null, loss: { scale: null }, optimizer: { name: 'sgd', clipNorm: null } });
    expect(merged).not.toHaveProperty('maxSteps');
    expect(merged).toMatchObject({ loss: { name: 'arcface', margin: 0.5 }, optimizer: { name: 'sgd' } });
    expect(merged['loss']).not.toHaveProperty('scale');
    expect(merged['optimizer']).not.toHaveProperty('clipNorm');
  });

  it('leaves its arguments alone, changes nothing for {}, and says the same a second time', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(json, json, (one, other) => {
        const before = JSON.stringify([one, other]);
        const merged = mergeConfig(one, other);
        expect(JSON.stringify([one, other])).toBe(before);
        expect(mergeConfig(one, {})).toEqual(one);
        expect(mergeConfig(merged, other)).toEqual(merged);
      }),
    );
  });

  it('takes __proto__ for data', () => {
    const merged = mergeConfig({}, JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject);
    expect(Object.hasOwn(merged, '__proto__')).toBe(true);
    expect((merged as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

it('valueAt follows own keys only', () => {
  expect(valueAt({ a: [{ b: 1 }] }, ['a', 0, 'b'])).toBe(1);
  expect(valueAt({ a: 1 }, ['a', 'b'])).toBeUndefined();
  expect(valueAt({}, ['toString'])).toBeUndefined();
  expect([isJsonObject({}), isJsonObject([]), isJsonObject(null)]).toEqual([true, false, false]);
});
