import { describe, expect, it } from 'vitest';
import type { ErrorReport, RecordOf } from '#contracts';
import { conclude, type EndedRank } from './train-ranks.js';

const ended = (outcome: RecordOf<'rank.finished'>['outcome'] | null, step = 7): EndedRank => ({
  finished: outcome === null ? null : { type: 'rank.finished', outcome, step },
  step,
});
const LOST: ErrorReport = { code: 'peer_lost', message: 'Rank 1 is gone' };
const CRASHED: ErrorReport = { code: 'trainer_crashed', message: 'The trainer of rank 1 was killed' };

describe('conclude', () => {
  it('says stopped when every rank stopped, succeeded when every rank succeeded', () => {
    expect(conclude([ended('stopped'), ended('stopped')], [], false)).toEqual({
      outcome: 'stopped',
      step: 7,
      error: null,
      message: null,
    });
    expect(conclude([ended('succeeded'), ended('succeeded')], [], false)).toMatchObject({ outcome: 'succeeded', error: null });
  });

  it.each([
    ['crashes while the others stop', [ended('stopped'), ended(null)], [CRASHED], CRASHED],
    ['is missed by its peers first', [ended('failed'), ended(null)], [LOST, CRASHED], CRASHED],
    ['fails before the first step', [ended('failed'), ended('failed')], [LOST], LOST],
  ])('names the cause when a rank %s', (_, ranks, errors, error) => {
    for (const isEndedEarly of [false, true]) {
      expect(conclude(ranks, errors, isEndedEarly)).toMatchObject({ outcome: 'failed', error });
    }
  });

  it('takes ranks that did not end alike for a failure', () => {
    expect(conclude([ended('stopped'), ended(null)], [], false)).toMatchObject({
      outcome: 'failed',
      error: { code: 'trainer_crashed', message: expect.stringContaining('rank 0 stopped, rank 1 left without a word') },
    });
  });

  it('says stopped when nobody had begun', () => {
    expect(conclude([ended(null), ended(null)], [], true)).toMatchObject({ outcome: 'stopped', error: null });
  });
});
