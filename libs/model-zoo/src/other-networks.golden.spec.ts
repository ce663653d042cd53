import { beforeAll, describe, expect, it } from 'vitest';
import { NETWORKS } from '#contracts';
import { engineFolder, engineStatuses, startEngine, tf } from '#engine';
import { createNetwork } from './network.js';
import { descend } from './testing/descend.js';
import { holdToMxnet } from './testing/hold-to-mxnet.js';

const folder = engineFolder(process.env);
/** The last resort takes minutes for a convolution network. */
const engines = (await engineStatuses({ folder })).filter(({ name, available }) => available && name !== 'cpu');

describe.each(engines)('mobile and dense networks on $name', ({ name: engine }) => {
  beforeAll(async () => {
    await startEngine(engine, { threads: 2, folder });
  });

  holdToMxnet(['m1', 'm1-SFC', 'mnas', 'mnas05', 'd169', 'd201'], { evaluation: 1e-3, gradient: 1e-2 });

  it.each(['m1', 'm05', 'mnas', 'mnas05', 'mnas025', 'vargfacenet', 'd169', 'd201'] as const)(
    '%s takes five steps of plain descent on 56 x 56 pixels, and the loss falls by a twentieth at least',
    (name) => {
      const before = tf.memory().numTensors;
      const network = createNetwork({ name, embeddingSize: NETWORKS[name].embeddingSize, height: 56, width: 56 });
      const losses = descend(network, 5, 0.02);
      console.info(`${name} on ${engine}: losses ${losses.map((loss) => loss.toPrecision(6)).join(' ')}`);
      expect(losses.every(Number.isFinite)).toBe(true);
      expect(losses[4]! / losses[0]!).toBeLessThan(0.95);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
