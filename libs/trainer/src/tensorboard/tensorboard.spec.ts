import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { recordsOf } from '../testing/run-ranks.js';
import { checkpointsOf, onEachEngine } from '../testing/training-scene.js';
import { crc32c } from './crc32c.js';
import { decodeEvents } from './testing/decode-events.js';

describe('crc32c', () => {
  it('gives the check values of RFC 3720 (B.4), and is not the CRC of zip files', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from('123456789'))).not.toBe(crc32(Buffer.from('123456789')));
  });
});

onEachEngine(({ config, newStorage, trainOk }) => {
  it('rank 0 leaves its scalars in one event file per generation; a later one voids what it trains again', async () => {
    const storageRoot = await newStorage();
    const plan = config({ verification: { everySteps: 3, targets: ['pairs'], baselines: true }, checkpoint: { everySteps: 2 } });
    const first = await trainOk(2, plan, { storageRoot, stopAt: (_, step) => (step === 5 ? 'cancel' : 'none') });
    const resumeFrom = checkpointsOf(first).at(-1)!;
    expect(resumeFrom.step).toBe(4);
    const second = await trainOk(2, plan, { storageRoot, generation: 2, resumeFrom });

    const folder = join(storageRoot, 'runs/run-1/tensorboard');
    const names = (await readdir(folder)).sort();
    expect(names).toEqual([1, 2].map((generation) => `events.out.tfevents.000000000${generation}.arcfleet`));
    const [one, two] = await Promise.all(names.map(async (name) => decodeEvents(await readFile(join(folder, name)))));

    expect(one![0]).toMatchObject({ fileVersion: 'brain.Event:2' });
    expect(one![1]).toMatchObject({ step: 0, sessionStatus: 1 });
    expect(two![1]).toMatchObject({ step: 5, sessionStatus: 1 });
    for (const { wallTime } of [...one!, ...two!]) expect(Math.abs(wallTime - Date.now() / 1000)).toBeLessThan(600);

    for (const [events, outcomes] of [
      [one!, first],
      [two!, second],
    ] as const) {
      const metrics = recordsOf(outcomes[0], 'metrics').flatMap(({ points }) => points);
      const read = (tag: string) => events.flatMap(({ step, values }) => (values.has(tag) ? [[step, values.get(tag)]] : []));
      const told = (name: string) => metrics.map(({ step, values }) => [step, Math.fround(values[name]!)]);
      expect(read('train/loss')).toEqual(told('loss'));
      expect(read('train/learning_rate')).toEqual(told('learningRate'));
      expect(read('train/samples_per_second')).toEqual(told('samplesPerSecond'));
      const scores = recordsOf(outcomes[0], 'verification').filter(({ subject }) => subject === 'model');
      expect(read('verification/pairs/accuracy')).toEqual(
        scores.map((record) => [record.step, Math.fround(record.scores.accuracy)]),
      );
    }
    expect(one!.filter(({ values }) => values.has('pixels/pairs/accuracy')).map(({ step }) => step)).toEqual([0]);
  });

  it('a run goes on when its events cannot be written', async () => {
    const storageRoot = await newStorage();
    await mkdir(join(storageRoot, 'runs/run-1'), { recursive: true });
    // A file where the folder should be.
    await writeFile(join(storageRoot, 'runs/run-1/tensorboard'), '');
    const outcomes = await trainOk(1, config({ maxSteps: 2 }), { storageRoot });
    expect(outcomes[0]!.result).toEqual({ outcome: 'succeeded', step: 2 });
  });
});
