import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainLocally, writeTinyDataset } from '#test-support';

const TINY =
  '--dataset ./faces --network tiny --set network.embeddingSize=16 --set loss.scale=16 --per-batch-size 4 --engine wasm --max-steps 6 --set verification.targets=[]';

describe('transports', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arcfleet-transports-'));
    await writeTinyDataset(join(folder, 'faces'), { numClasses: 7, imagesPerClass: 6, size: 24, numPairs: 40 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['float32', 3],
    ['bfloat16', 2],
  ])('tcp and redis-streams train the same model bit for bit: gradients as %s, %i ranks', async (wire, ranks) => {
    const options = `${TINY} --ranks ${ranks} --set communication.gradients=${wire} --set communication.transport=`;
    const tcp = await trainLocally(folder, `tcp-${wire}`, `${options}tcp`);
    const streams = await trainLocally(folder, `streams-${wire}`, `${options}redis-streams`);
    expect(tcp.losses).toHaveLength(6);
    expect(streams).toEqual(tcp);
  });
});
