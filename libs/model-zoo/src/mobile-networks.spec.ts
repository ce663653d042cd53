import { beforeAll, describe } from 'vitest';
import { engineFolder, engineStatuses, startEngine } from '#engine';
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
