import type { MetricSeries } from '#contracts';
import { describe, expect, it } from 'vitest';
import { meanAccuracy, verificationReport, verificationTable } from './verification-report.js';

const entry = (
  step: number,
  subject: 'model' | 'pixels',
  target: string,
  accuracy: number,
): MetricSeries['verifications'][number] => ({
  step,
  generation: 1,
  subject,
  target,
  scores: { numPairs: 600, accuracy, std: 0.02, threshold: 1.5, xnorm: 1, tarAtFar: {} },
});
const TARGETS = ['lfw', 'other'];
const run = [
  entry(0, 'pixels', 'lfw', 0.55),
  entry(0, 'model', 'lfw', 0.58),
  entry(100, 'model', 'lfw', 0.7),
  entry(200, 'model', 'lfw', 0.9),
  entry(200, 'model', 'other', 0.8),
];

describe('verificationReport', () => {
  it('takes the last scores of the network, and the baselines of step 0 where there are any', () => {
    expect(verificationReport(run.toReversed(), TARGETS)).toEqual({
      lfw: { accuracy: 0.9, std: 0.02, threshold: 1.5, accuracyBefore: 0.58, accuracyPixels: 0.55 },
      other: { accuracy: 0.8, std: 0.02, threshold: 1.5, accuracyBefore: null, accuracyPixels: null },
    });
    expect(meanAccuracy(verificationReport(run, TARGETS))).toBeCloseTo(0.85);
  });

  it('lists the targets in the order that is asked for', () => {
    expect(Object.keys(verificationReport(run, ['other', 'lfw']))).toEqual(['other', 'lfw']);
  });

  it('does not take an untrained network for a trained one', () => {
    expect(verificationReport(run.slice(0, 2), TARGETS)).toEqual({});
  });

  it('is printed in percent with the mean below', () => {
    const lines = verificationTable(verificationReport(run, TARGETS));
    expect(lines[2]).toBe('lfw              55.0          58.0   90.0 ± 2.0        1.50');
    expect(lines.at(-1)).toMatch(/^mean .* 85\.0$/);
  });
});
