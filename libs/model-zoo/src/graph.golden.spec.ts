import { beforeAll, describe, it } from 'vitest';
import { NETWORK_NAMES } from '#contracts';
import { engineFolder, engineStatuses, startEngine } from '#engine';
import { expectSameAsGraph } from './testing/hold-to-graph.js';

const folder = engineFolder(process.env);
/** The graph's side is computed in float64 either way: one engine is enough. */
const [engine] = (await engineStatuses({ folder })).filter(({ available }) => available);

describe(`the graph of every network and its embedding on ${engine!.name}`, () => {
  beforeAll(async () => {
    await startEngine(engine!.name, { threads: 1, folder });
  });

  it.each(NETWORK_NAMES)('agree in %s (1e-4)', (name) => {
    expectSameAsGraph({ name, embeddingSize: 20, height: 32, width: 32 }, 1e-4);
  });
});
