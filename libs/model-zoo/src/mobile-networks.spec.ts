import { beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine } from '#engine';
import { createNetwork } from './network.js';
import { holdToMxnet } from './testing/hold-to-mxnet.js';

const folder = engineFolder(process.env);
/** The last resort takes minutes for a convolution network. */
const engines = (await engineStatuses({ folder })).filter(({ name, available }) => available && name !== 'cpu');

/** The smallest of each family; the others are in other-networks.golden.spec.ts. */
describe.each(engines)('small mobile networks on $name', ({ name: engine }) => {
  beforeAll(async () => {
    await startEngine(engine, { threads: 1, folder });
  });

  holdToMxnet(['m05', 'mnas025', 'vargfacenet'], { evaluation: 1e-4, gradient: 1e-3 });
});

describe('start values of mobile and dense networks', () => {
  // insightface.md 2.3: Xavier, uniform, fan-in, magnitude 2.
  it.each(['m1', 'mnas', 'vargfacenet', 'd169'])(
    '%s draws weights from +-sqrt(2 / inputs of one output), slopes are 0.25',
    (name) => {
      const { parameters } = createNetwork({ name, embeddingSize: 256, height: 112, width: 112 });
      for (const { name: parameter, shape, initializer, layout } of parameters) {
        if (parameter.endsWith('_weight')) {
          const [height, width, inputs] =
            layout?.kind === 'dense' ? [1, 1, shape[0]!] : (shape as [number, number, number, number]);
          const fanIn = height * width * (layout?.kind === 'depthwise' ? 1 : inputs);
          expect(initializer, parameter).toEqual({ kind: 'uniform', bound: Math.sqrt(2 / fanIn) });
        } else {
          const isSlope = /_alpha$|(relu|act)_gamma$/.test(parameter);
          const value = isSlope ? 0.25 : parameter.endsWith('_gamma') ? 1 : 0;
          expect(initializer, parameter).toEqual({ kind: 'constant', value });
        }
      }
    },
  );

  it('the last batch norm of every network, and all of m1 but one, have a fixed gamma', () => {
    const fixedOf = (name: string) =>
      createNetwork({ name, embeddingSize: 256, height: 112, width: 112 })
        .parameters.filter(({ isTrainable }) => !isTrainable)
        .map((spec) => spec.name);
    for (const name of ['mnas', 'vargfacenet', 'd169']) expect(fixedOf(name), name).toEqual(['fc1_gamma']);
    expect(fixedOf('m1')).toHaveLength(28);
    expect(fixedOf('m1')).not.toContain('conv_6dw7_7_batchnorm_gamma');
  });
});
