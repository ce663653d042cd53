import { expect, it } from 'vitest';
import { expectSameEvaluation, expectSameFrozenGradients, expectSameTraining } from './compare-with-fixture.js';
import { readFixtures } from './fixture.js';

/** Tests that hold the networks of these fixtures to all that MXNet's say. Call it where an engine runs. */
export function holdToMxnet(
  names: readonly string[],
  tolerance: { readonly evaluation: number; readonly gradient: number },
): void {
  const fixtures = readFixtures('mxnet');
  for (const name of names) {
    const fixture = fixtures.get(name)!;
    it(`${name} gives mxnet's embeddings in eval mode (${tolerance.evaluation})`, () =>
      expectSameEvaluation('mxnet', fixture, tolerance.evaluation));
    if (fixture.frozen) {
      it(`${name} gives mxnet's gradients with running statistics (${tolerance.gradient})`, () => {
        expect(Object.keys(fixture.frozen!)).toHaveLength(12);
        expectSameFrozenGradients(fixture, tolerance.gradient);
      });
    }
    if (fixture.training) {
      it(`${name} gives mxnet's embeddings (1e-3) and gradients (5e-2, their norms 1e-2) in train mode`, () =>
        expectSameTraining('mxnet', fixture));
    }
  }
}
