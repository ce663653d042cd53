import { ArcFleetError, recordBodySchema } from '#contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlain, toReport } from './error-record.js';

const circle: Record<string, unknown> = {};
circle['self'] = circle;

/** The record in which the report leaves; the supervisor refuses what its schema refuses. */
const recordOf = (error: unknown) =>
  recordBodySchema.safeParse({ type: 'rank.finished', outcome: 'failed', step: null, error: toReport(error) });

describe('toReport', () => {
  it('makes a valid record of whatever is thrown, with whatever details', () => {
    const details = fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true });
    fc.assert(
      fc.property(details, fc.string(), (thrown, message) => {
        expect(recordOf(message).success).toBe(true);
        expect(recordOf(new Error(message)).success).toBe(true);
        expect(recordOf(new ArcFleetError('non_finite', message, { thrown })).success).toBe(true);
      }),
    );
  });

  it.each([
    ['a circle', circle, /circular/i],
    ['a BigInt', { rows: 1n }, /BigInt/],
    ['far too much', { text: 'x'.repeat(100_000) }, /characters/],
  ])('says so instead of carrying %s', (_what, details, omitted) => {
    const report = toReport(new ArcFleetError('dataset_corrupt', 'm'.repeat(10_000), details));
    expect(report.details?.['omitted']).toMatch(omitted);
    expect(report.message).toHaveLength(3_900);
    expect(recordOf(new ArcFleetError('dataset_corrupt', 'm'.repeat(10_000), details)).success).toBe(true);
  });

  it('keeps code and details of our own errors, and where others came from', () => {
    expect(toReport(new ArcFleetError('non_finite', 'why', { step: 3, rank: 1 }))).toEqual({
      code: 'non_finite',
      message: 'why',
      details: { step: 3, rank: 1 },
    });
    const { code, details } = toReport(new TypeError('x is undefined'));
    expect(code).toBe('internal');
    expect((details?.['stack'] as string[])[0]).toBe('TypeError: x is undefined');
    expect((details?.['stack'] as string[]).length).toBeLessThanOrEqual(8);
  });
});

it('toPlain tells an error by its code and message', () => {
  expect(toPlain({ error: new Error('away'), n: 1 })).toEqual({ error: { code: 'internal', message: 'away' }, n: 1 });
});
