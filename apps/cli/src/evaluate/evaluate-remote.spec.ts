import { describe, expect, it } from 'vitest';
import type { EvaluatedModel, EvaluationView } from '#contracts';
import { refuseHereOnly, resultOf, type HereOnlyFlags, type RemoteEvaluation } from './evaluate-remote.js';

describe('refuseHereOnly', () => {
  it.each([
    [{ threads: 2 }, /--threads .* leave out --api/],
    [{ network: 'r50' }, /--network .* leave out --api/],
    [{ against: 'other' }, /--against .* leave out --api/],
    [{ scoresOut: 'out' }, /--scores-out .* leave out --api/],
    [{ embeddingsOut: 'out' }, /--embeddings-out .* leave out --api/],
  ] satisfies [HereOnlyFlags, RegExp][])('refuses %j', (flags, message) => {
    expect(() => refuseHereOnly(flags)).toThrow(message);
  });

  it('lets all else pass', () => {
    expect(() => refuseHereOnly({})).not.toThrow();
  });
});

describe('resultOf', () => {
  const openedModel = { format: 'arcfleet', network: 'y1' } as EvaluatedModel;
  const scored = [{ target: 'lfw', scores: {} }] as unknown as RemoteEvaluation['scores'];
  const ended = (status: string, model: EvaluatedModel | null, scores: RemoteEvaluation['scores']) =>
    resultOf({ evaluation: { status, openedModel: model } as EvaluationView, scores });

  it.each(['succeeded', 'failed', 'canceled'])('shows what was scored when it %s', (status) => {
    expect(ended(status, openedModel, scored)).toMatchObject({ model: openedModel, scored });
  });

  it('shows nothing where nothing was scored', () => {
    expect(ended('failed', openedModel, [])).toBeNull();
    expect(ended('failed', null, [])).toBeNull();
  });
});
