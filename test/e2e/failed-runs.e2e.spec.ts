import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aTinyRun, TestFleet, writeTinyDataset } from '#test-support';
import type { RunView } from '#contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fleet: TestFleet;

beforeAll(async () => {
  fleet = await TestFleet.start();
  fleet.startWorker({ slots: 2, faults: 'nan@step=4,rank=1' });
});

afterAll(async () => {
  await fleet?.stop();
});

async function aDataset(name: string): Promise<string> {
  const folder = join(fleet.folder, name);
  await writeTinyDataset(folder, { numClasses: 5, imagesPerClass: 4, size: 24, numPairs: 20 });
  return folder;
}

/** The run fails with a reason, is not started again and gives its slots back. */
async function failureOf(data: string): Promise<RunView> {
  const { id } = await fleet.createRun(aTinyRun(data, { checkpoint: { everySteps: 2 } }));
  const failed = await fleet.untilEnded(id, 'failed');
  expect(failed).toMatchObject({ generation: 1, restarts: 0, reason: failed.error?.code });
  expect(await fleet.query('select * from reservations')).toEqual([]);
  return failed;
}

it('a loss that is not finite fails the run with step, rank and last good checkpoint', async () => {
  const failed = await failureOf(await aDataset('nan'));
  expect(failed.error).toMatchObject({ code: 'non_finite', details: { step: 4, rank: 1 } });
  expect(failed.error?.message).toMatch(/Step 4.*rank 1/);
  expect(failed.checkpoint).toMatchObject({ step: 2, generation: 1 });
});

it('a truncated train.rec is named with record and byte', async () => {
  const data = await aDataset('truncated');
  const file = join(data, 'train.rec');
  const { length } = await readFile(file);
  await truncate(file, length - 100);
  const failed = await failureOf(data);
  expect(failed.error?.code).toBe('dataset_corrupt');
  expect(failed.error?.message).toContain('train.rec');
  expect(failed.error?.message).toMatch(/record 20/i);
  expect(failed.error?.message).toMatch(/byte \d+/);
});

it('a wrong property is named', async () => {
  const data = await aDataset('property');
  await writeFile(join(data, 'property'), 'five,24,24\n');
  const failed = await failureOf(data);
  expect(failed.error?.code).toBe('dataset_invalid');
  expect(failed.error?.message).toContain(join(data, 'property'));
});

it('a label beyond the class count is named with its record', async () => {
  const data = await aDataset('labels');
  await writeFile(join(data, 'property'), '4,24,24\n');
  const failed = await failureOf(data);
  expect(failed.error?.code).toBe('dataset_invalid');
  expect(failed.error?.message).toMatch(/train\.rec.*label 4/);
});

it('a pickle that wants to call something is refused with opcode and byte', async () => {
  const data = await aDataset('pickle');
  await writeFile(join(data, 'pairs.bin'), "cos\nsystem\n(S'true'\ntR.");
  const failed = await failureOf(data);
  expect(failed.error?.code).toBe('pickle_refused');
  expect(failed.error?.message).toContain('pairs.bin');
  expect(failed.error?.message).toMatch(/byte \d+/);
});
