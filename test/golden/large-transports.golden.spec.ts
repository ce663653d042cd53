import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainLocally, writeTinyDataset } from '#test-support';

/** 174 and 261 MB of gradients a step, in real processes. */
describe('transports of large gradients', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arcfleet-large-'));
    await writeTinyDataset(join(folder, 'faces'), { numClasses: 7, imagesPerClass: 6, size: 112, numPairs: 20 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['r50', 'cosface'],
    ['r100', 'arcface'],
  ])('tcp and redis-streams train the same %s with %s bit for bit', async (network, loss) => {
    const options = `--dataset ./faces --network ${network} --loss ${loss} --per-batch-size 2 --ranks 2 --max-steps 2 --set verification.targets=[] --set communication.transport=`;
    const tcp = await trainLocally(folder, 'tcp', `${options}tcp`);
    const streams = await trainLocally(folder, 'streams', `${options}redis-streams`);
    expect(tcp.losses).toHaveLength(2);
    expect(streams).toEqual(tcp);
  });
});
