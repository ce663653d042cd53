import { describe, expect, it } from 'vitest';
import { shortfalls, type DemoOutcome } from './shortfalls.js';

const target = (accuracy: number) => ({ accuracy, std: 0.02, threshold: 1.5, accuracyBefore: 0.5, accuracyPixels: 0.5 });
const shown: DemoOutcome = {
  verification: { lfw: target(0.7), other: target(0.9) },
  minAccuracy: 0.8,
  sent: ['msg_1', 'msg_2'],
  verified: ['msg_2', 'msg_1'],
  workers: { most: 2, left: 0 },
};

describe('shortfalls', () => {
  it('finds none when everything was shown', () => {
    expect(shortfalls(shown)).toEqual([]);
  });

  it('asks for the mean accuracy on faces that are known, and for none on others', () => {
    const verification = { lfw: target(0.7), other: target(0.89) };
    expect(shortfalls({ ...shown, verification })).toEqual([
      'The mean accuracy is 0.795; 0.80 was to be reached on these faces.',
    ]);
    expect(shortfalls({ ...shown, verification, minAccuracy: null })).toEqual([]);
    expect(shortfalls({ ...shown, verification: {} })).toEqual(['There is no accuracy; 0.80 was to be reached on these faces.']);
  });

  it('names every webhook that did not arrive, also when as many others did', () => {
    expect(shortfalls({ ...shown, verified: ['msg_1', 'msg_3'] })).toEqual([
      'Of 2 webhooks that were sent, 1 did not arrive verified: msg_2.',
    ]);
    expect(shortfalls({ ...shown, minAccuracy: null, verified: [] })).toEqual([
      'Of 2 webhooks that were sent, 2 did not arrive verified: msg_1, msg_2.',
    ]);
  });

  it('does not take no webhook for all webhooks', () => {
    expect(shortfalls({ ...shown, sent: [], verified: [] })).toEqual(['No webhook was sent.']);
  });

  it('tells of workers that stay, and of a fleet that nobody saw', () => {
    expect(shortfalls({ ...shown, workers: { most: 2, left: 1 } })).toEqual([
      'The fleet did not go back to zero: 1 of 2 workers are left.',
    ]);
    expect(shortfalls({ ...shown, workers: { most: 0, left: 0 } })).toEqual(['No worker was ever seen.']);
  });

  it('lists all that is missing', () => {
    expect(shortfalls({ ...shown, minAccuracy: 0.95, sent: [], workers: { most: 3, left: 3 } })).toHaveLength(3);
  });
});
