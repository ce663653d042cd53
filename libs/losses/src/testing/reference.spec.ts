import { describe, expect, it } from 'vitest';
import { D, degenerateInputs, inputsAtAngle, LABELS, LOSS_CASES, randomInputs, subCentersOf, type HeadInputs } from './cases.js';
import { differences, marginOffsets, reference, type ReferenceInputs } from './reference.js';

/** Of a row's largest value; what central differences leave out is of the order of (1e-6 / angle)^2. */
const TOLERANCE = 1e-6;

describe('the float64 reference', () => {
  const check = (
    loss: ReferenceInputs['loss'],
    { features, centers, bias }: HeadInputs,
    parts: readonly ('features' | 'centers' | 'bias')[],
  ) => {
    const inputs: ReferenceInputs = {
      loss,
      features: Float64Array.from(features),
      centers: Float64Array.from(centers),
      bias: Float64Array.from(bias),
      labels: LABELS,
      embeddingSize: D,
    };
    const gradients = reference(inputs);
    // Straight-through is the true gradient of the loss in which margins are constants.
    const isThrough = 'gradient' in loss && loss.gradient === 'straight-through';
    const surrogate = isThrough ? { ...inputs, offsets: marginOffsets(inputs) } : inputs;
    expect(reference(surrogate).loss).toBeCloseTo(gradients.loss, 12);
    for (const part of parts) {
      const expected = differences(surrogate, part);
      const width = part === 'bias' ? expected.length : D;
      expect(gradients[part].length).toBe(expected.length);
      for (let start = 0; start < expected.length; start += width) {
        const row = expected.slice(start, start + width);
        const scale = Math.max(...row.map(({ value }) => Math.abs(value)));
        for (const [at, { value, noise }] of row.entries()) {
          const error = Math.abs(gradients[part][start + at]! - value);
          expect(error, `${part} ${start + at}`).toBeLessThan(TOLERANCE * scale + noise);
        }
      }
    }
  };

  it.each(LOSS_CASES)('has the gradient of its own loss by central differences: %s', (_, loss) => {
    const parts = loss.name === 'softmax' ? (['features', 'centers', 'bias'] as const) : (['features', 'centers'] as const);
    check(loss, randomInputs(loss), parts);
    for (const angle of [0.02, Math.PI - 0.4, Math.PI - 0.02]) check(loss, inputsAtAngle(loss, angle), parts);
  });

  it.each(LOSS_CASES.filter(([, loss]) => subCentersOf(loss) === 1))(
    'has it by features where classes coincide or are zero: %s',
    // (Several sub-centers are all equally near to a zero feature: there is no derivative.)
    (_, loss) => check(loss, degenerateInputs(loss), ['features']),
  );
});
