import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeImageRecord, RecordWriter } from '#datasets';
import type {
  CreatedRun,
  DatasetDetails,
  DatasetView,
  EvaluationList,
  EvaluationView,
  ModelDetails,
  Problem,
  TaskView,
} from '#contracts';
import { registerRemotely, registrationText } from '../../apps/cli/src/data/register-remote.js';
import { aTinyRun, TestFleet, writeTinyDataset } from '#test-support';
import { drawFace, encodePng } from '../../libs/trainer/src/testing/tiny-faces.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** Images that take some seconds to read. */
const NUM_LONG = 12_000;
const cliMain = new URL('../../apps/cli/src/main.js', import.meta.url).pathname;

let fleet: TestFleet;
let data: string;
beforeAll(async () => {
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 24, numPairs: 40 });
  // What is told at once goes at once.
  fleet.startWorker({ slots: 3 });
});
afterAll(() => fleet?.stop());

async function register(name: string, path: string): Promise<DatasetView> {
  const response = await fleet.post('/datasets', { name, path });
  expect(response.status).toBe(202);
  return (await response.json()) as DatasetView;
}

const read = (ref: string): Promise<DatasetDetails> => fleet.get(`/datasets/${ref}`);

async function untilState(id: string, state: DatasetView['state']): Promise<DatasetDetails> {
  let dataset: DatasetDetails | undefined;
  await fleet.until(`the data set is ${state}`, async () => {
    dataset = await read(id);
    if (dataset.state !== 'validating' && dataset.state !== state) throw new Error(JSON.stringify(dataset));
    return dataset.state === state;
  });
  return dataset as DatasetDetails;
}

/** Train by reference. */
async function train(ref: string, numRanks: number): Promise<CreatedRun> {
  const body = aTinyRun(data, { maxSteps: 6, checkpoint: { everySteps: 0 }, ranks: { max: numRanks } });
  return fleet.createRun({ ...body, dataset: { ref } });
}

/** Long enough to be met in the middle: one image, many times. */
async function writeLongDataset(folder: string, numImages: number): Promise<void> {
  await writeTinyDataset(folder, { numClasses: 2, imagesPerClass: 1, size: 24, numPairs: 10 });
  const writer = await RecordWriter.create(join(folder, 'train.rec'), join(folder, 'train.idx'));
  const image = encodePng(drawFace(0, 1, 24), 24);
  for (let key = 1; key <= numImages; key++) await writer.append(key, encodeImageRecord([key % 2], key, image));
  await writer.close();
}

async function untilReading(taskId: string): Promise<void> {
  await fleet.until('the worker reads the data', async () =>
    (await fleet.busySlots()).some(
      ({ runId, phase, trainerPid }) => runId === taskId && phase === 'validating' && trainerPid !== null,
    ),
  );
}

it('is registered, trained on, noticed to have changed, and registered anew', async () => {
  const said: string[] = [];
  const never = new AbortController().signal;
  const broken = expectBroken();
  const first = await registerRemotely(
    { name: 'faces', path: data, kind: 'faces_emore', decode: true },
    { apiUrl: fleet.apiUrl, apiKey: fleet.key },
    { say: (line) => said.push(line) },
    { cancel: never, detach: never },
  );
  await broken;
  const { id } = first;
  expect(first.state).toBe('ready');
  expect(said.some((line) => line.startsWith('running'))).toBe(true);
  expect(registrationText(first)).toContain('42 images of 7 identities');
  expect(first.facts).toMatchObject({ images: 42, identities: 7, width: 24, height: 24, targets: { pairs: { pairs: 40 } } });
  const run = await train('faces', 1);
  expect(run.config['dataset']).toMatchObject({ path: data, datasetId: id, digest: first.digest });
  const trained = await fleet.untilEnded(run.id, 'succeeded');
  const { lineage } = await fleet.get<ModelDetails>(`/models/${trained.model!.id}`);
  expect(lineage.dataset).toEqual({ path: data, ref: first.ref, digest: first.digest });

  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cliMain, 'eval', trained.model!.id, '--dataset', first.ref!, '--api', fleet.apiUrl, '--json'],
    { cwd: fleet.folder, env: { ...process.env, INIT_CWD: fleet.folder, ARCFLEET_API_KEY: fleet.key } },
  );
  expect(JSON.parse(stdout)).toMatchObject({ targets: { pairs: { protocol: 'verification' } } });
  const { evaluations } = await fleet.get<EvaluationList>('/evaluations');
  const [{ id: evaluationId }] = evaluations as [EvaluationView];
  expect((await read(id)).runs.map((each) => each.id)).toEqual([evaluationId, run.id]);

  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 7, size: 24, numPairs: 40 });
  const refused = await train(first.ref!, 2);
  const again = (await (await fleet.post(`/datasets/${id}/revalidate`, {})).json()) as DatasetView;
  const failed = await fleet.untilEnded(refused.id, 'failed');
  expect(failed).toMatchObject({ restarts: 0, error: { code: 'dataset_changed' } });
  expect(failed.error!.message).toMatch(/train\.rec has \d+ bytes, not \d+/);
  expect(failed.error!.message).toContain('revalidate');

  const second = await untilState(again.id, 'ready');
  expect(second.facts).toMatchObject({ images: 49 });
  expect(second.digest).not.toBe(first.digest);
  expect((await read('faces')).id).toBe(again.id);
  expect((await read(id)).runs[0]).toMatchObject({ id: refused.id, status: 'failed' });
});

/** One that is broken becomes invalid, with what is wrong, and no run may refer to it. */
async function expectBroken(): Promise<void> {
  const folder = join(fleet.folder, 'broken');
  await writeTinyDataset(folder, { numClasses: 2, imagesPerClass: 2, size: 24, numPairs: 10 });
  await writeFile(join(folder, 'train.idx'), '1\t0\n2\t7\n');
  const { id } = await register('broken', folder);
  const { problems, facts } = await untilState(id, 'invalid');
  expect(facts).toBeNull();
  expect(problems.some(({ where }) => where.includes('train.idx'))).toBe(true);
  const response = await fleet.post('/runs', { ...aTinyRun(folder), dataset: { ref: id } });
  expect(response.status).toBe(422);
  expect((await response.json()) as Problem).toMatchObject({ code: 'dataset_not_found', errors: [{ pointer: '/dataset/ref' }] });
}

it('starts its validation anew when the process that reads it is killed, and gives up when it is canceled', async () => {
  const folder = join(fleet.folder, 'long');
  await writeLongDataset(folder, NUM_LONG);
  const [killed, canceled] = [await register('long', folder), await register('long', folder)];
  await Promise.all([untilReading(killed.taskId), untilReading(canceled.taskId)]);
  process.kill(await fleet.trainerPid(killed.taskId, 0), 'SIGKILL');
  await fleet.post(`/tasks/${canceled.taskId}/cancel`, {});
  const { problems } = await untilState(canceled.id, 'failed');
  expect(problems[0]).toMatchObject({ where: canceled.taskId });
  expect((await fleet.get<TaskView>(`/tasks/${canceled.taskId}`)).status).toBe('canceled');
  const { facts } = await untilState(killed.id, 'ready');
  expect(facts).toMatchObject({ images: NUM_LONG, identities: 2 });
  const task = await fleet.get<TaskView>(`/tasks/${killed.taskId}`);
  expect(task).toMatchObject({ generation: 2, restarts: 1, totalSteps: NUM_LONG });
  await rm(folder, { recursive: true });
});
