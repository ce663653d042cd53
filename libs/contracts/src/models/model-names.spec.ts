import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitModelName, modelAliasSchema, modelNameSchema, parseModelRef } from './model-names.js';

describe('fitModelName', () => {
  it('makes a name of any text, or says that nothing is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const name = fitModelName(text);
        if (name !== null) expect(modelNameSchema.safeParse(name).success).toBe(true);
      }),
    );
    expect(fitModelName('ms1mv3 R50 (best)')).toBe('ms1mv3-r50-best');
    expect([fitModelName(''), fitModelName('顔'), fitModelName('.._')]).toEqual([null, null, null]);
  });
});

describe('parseModelRef', () => {
  it('takes apart what it was put together of', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,62}$/);
    fc.assert(
      fc.property(name, name, fc.integer({ min: 1, max: 999_999_999 }), (of, alias, version) => {
        expect(parseModelRef(`${of}@${version}`)).toEqual({ name: of, version });
        if (modelAliasSchema.safeParse(alias).success) expect(parseModelRef(`${of}@${alias}`)).toEqual({ name: of, alias });
      }),
    );
    expect(parseModelRef('mdl_0123456789abcdefghjk')).toEqual({ id: 'mdl_0123456789abcdefghjk' });
  });

  it.each(['', 'x', 'x@', '@1', 'x@0', 'x@01', 'x@1234567890', 'X@1', 'x@A', 'x@1@2', 'mdl_short', 'x@../y', 'x@1\n'])(
    'knows no %j',
    (text) => {
      expect(parseModelRef(text)).toBeNull();
    },
  );
});
