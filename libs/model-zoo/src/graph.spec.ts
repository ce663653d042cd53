import { beforeAll, describe, expect, it } from 'vitest';
import { NETWORK_NAMES, NETWORKS, OUTPUTS } from '#contracts';
import { engineFolder, engineStatuses, startEngine } from '#engine';
import { createNetwork } from './network.js';
import { expectSameAsGraph } from './testing/hold-to-graph.js';

const folder = engineFolder(process.env);
/** The last resort takes minutes for a convolution network. */
const engines = (await engineStatuses({ folder })).filter(({ name, available }) => available && name !== 'cpu');

describe.each(engines)('the graph of a network and its embedding on $name', ({ name: engine }) => {
  beforeAll(async () => {
    await startEngine(engine, { threads: 1, folder });
  });

  it.each([...OUTPUTS])('agree with output %s (1e-4)', (output) => {
    expectSameAsGraph({ name: 'tiny', embeddingSize: 20, height: 32, width: 32, output }, 1e-4);
  });

  // GNAP narrows, keeps or widens; the last map has 96 channels.
  it.each([96, 120])('agree with output GNAP at embedding size %d (1e-4)', (embeddingSize) => {
    expectSameAsGraph({ name: 'tiny', embeddingSize, height: 32, width: 32, output: 'GNAP' }, 1e-4);
  });

  // One of each family; all of them are in graph.golden.spec.ts.
  it.each(['r18', 'mbf', 'm1', 'mnas025'])('agree in %s (1e-4)', (name) => {
    expectSameAsGraph({ name, embeddingSize: 20, height: 32, width: 32 }, 1e-4);
  });

  it('agree with squeeze-and-excitation (1e-4)', () => {
    expectSameAsGraph({ name: 'r18', embeddingSize: 20, height: 32, width: 32, squeezeExcitation: true }, 1e-4);
  });
});

describe('the graph of a network', () => {
  it.each(NETWORK_NAMES)('%s is there without an engine; its nodes have a name each and come after what they read', (name) => {
    const nodes = createNetwork({ ...NETWORKS[name], name, height: 112, width: 112 }).graph();
    const known = new Set<string>();
    for (const node of nodes) {
      for (const read of node.inputs) expect(known, `${node.name} reads ${read}`).toContain(read);
      expect(known).not.toContain(node.name);
      known.add(node.name);
    }
    expect(nodes.at(-1)!.output).toMatchObject({ height: 1, width: 1, channels: NETWORKS[name].embeddingSize });
  });
});
