import { describe, expect, it } from 'vitest';
import type { SetDescription } from '#datasets';
import { inspectionJson, inspectionText, problemLine, validationSummary } from './describe-set.js';

const SET: SetDescription = {
  kind: 'faces_emore',
  images: 1200,
  identities: 3,
  perIdentity: { min: 0, median: 2, max: 5, empty: 1 },
  histogram: [
    { from: 1, to: 1, identities: 0 },
    { from: 2, to: 3, identities: 1 },
    { from: 4, to: 7, identities: 1 },
  ],
  height: 112,
  width: 96,
  formats: { jpeg: 1199, png: 1 },
  imageBytes: 3 * 1024 * 1024,
  files: [{ name: 'train.rec', bytes: 900 }],
  recordZero: { first: 1201, end: 1204 },
  targets: { lfw: { pairs: 6000, same: 3000 } },
  digest: 'ab',
  problems: ['one'],
  numProblems: 2,
};

describe('data inspect', () => {
  it('prints these fields as JSON, and no other', () => {
    expect(inspectionJson(SET)).toBe(
      '{"images":1200,"identities":3,"width":96,"height":112,"targets":{"lfw":{"pairs":6000,"same":3000}},"digest":"ab"}',
    );
  });

  it('tells a reader what there is and what was seen', () => {
    const text = inspectionText('/d', SET);
    for (const piece of [
      '1,200 (3.0 MiB)',
      '112 x 96',
      'identity records 1201..1203',
      'jpeg 1,199, png 1',
      '- one',
      '- and 1 more',
    ]) {
      expect(text).toContain(piece);
    }
  });
});

describe('data validate', () => {
  it('prints a line a problem and a summary', () => {
    expect(problemLine({ severity: 'broken', kind: 'label', file: 'train.rec', why: 'too large', key: 4, byte: 80 })).toBe(
      'broken  label: train.rec (key 4, byte 80): too large',
    );
    expect(problemLine({ severity: 'note', kind: 'index', file: 'train.idx', why: 'is missing' })).toBe(
      'note    index: train.idx: is missing',
    );
    const counts = { kind: 'faces_emore', numImages: 7, numIdentities: 2, numDecoded: 9, targets: [], problems: [] } as const;
    expect(validationSummary('/d', { ...counts, numBroken: 0, numNotes: 1 })).toBe(
      '/d: sound, 1 harmless. 7 images of 2 identities, 9 decoded; no verification set',
    );
  });
});
