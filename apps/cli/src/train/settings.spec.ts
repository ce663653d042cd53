import { describe, expect, it } from 'vitest';
import { applySettings, parseSetting, settingsObject } from './settings.js';

describe('parseSetting', () => {
  it.each([
    ['a.b=1', ['a', 'b'], 1],
    ['a=0.5', ['a'], 0.5],
    ['a=true', ['a'], true],
    ['a=null', ['a'], null],
    ['a=[1,2]', ['a'], [1, 2]],
    ['a={"b":1}', ['a'], { b: 1 }],
    ['a=text', ['a'], 'text'],
    ['a=x=y', ['a'], 'x=y'],
    ['a=', ['a'], ''],
  ])('reads %s', (text, path, value) => {
    expect(parseSetting(text)).toEqual({ path, value });
  });

  it.each(['a', '=1', 'a..b=1', '.a=1', '__proto__.x=1', 'a b=1'])('refuses %s', (text) => {
    expect(() => parseSetting(text)).toThrow('key.path=value');
  });
});

it('settings add up, the later one wins, and null takes a field away', () => {
  const settings = ['a.b=1', 'a.c=2', 'a.b=3', 'd=null'].map(parseSetting);
  expect(settingsObject(settings)).toEqual({ a: { b: 3, c: 2 }, d: null });
  expect(applySettings({ a: { x: 0 }, d: 4 }, settings)).toEqual({ a: { x: 0, b: 3, c: 2 } });
});
