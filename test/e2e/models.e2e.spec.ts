import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type {
  EvaluationView,
  ModelComparison,
  ModelDetails,
  ModelFiles,
  ModelView,
  PendingFiles,
  Problem,
  TaskView,
} from '#contracts';
import { uniformAt } from '#contracts';
import { startEngine } from '#engine';
import { openEmbedder } from '#model-files';
import type { Part } from '#services';
import { aTinyRun, TestFleet, writeTinyDataset } from '#test-support';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const main = new URL('../../apps/cli/src/main.js', import.meta.url).pathname;
const SIZE = 24;

let fleet: TestFleet;
let data: string;
let worker: Part;

beforeAll(async () => {
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: SIZE, numPairs: 40 });
  worker = fleet.startWorker({ slots: 2 });
});
afterAll(async () => {
  await fleet?.stop();
});

const send = (method: string, path: string): Promise<Response> => fetch(fleet.apiUrl + path, { method, headers: fleet.headers });
const cli = async (...args: string[]): Promise<void> => {
  const env = { ...process.env, INIT_CWD: fleet.folder, ARCFLEET_API_KEY: fleet.key };
  await run(process.execPath, [main, ...args], { cwd: fleet.folder, env });
};
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function importModel(path: string, name: string): Promise<ModelView> {
  const response = await fleet.post('/models/import', { path, name });
  expect(response.status).toBe(202);
  return (await response.json()) as ModelView;
}

async function untilState(id: string, state: ModelView['state']): Promise<ModelView> {
  let model: ModelView | undefined;
  await fleet.until(`the model is ${state}`, async () => {
    model = await fleet.get<ModelView>(`/models/${id}`);
    return model.state === state;
  });
  return model!;
}

async function evaluate(ref: string): Promise<EvaluationView> {
  const response = await fleet.post('/evaluations', { model: { id: ref }, dataset: data, targets: ['pairs'] });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as EvaluationView;
  let view: EvaluationView | undefined;
  await fleet.until(`evaluation ${id} has ended`, async () => {
    view = await fleet.get<EvaluationView>(`/evaluations/${id}`);
    if (view.status === 'failed') throw new Error(JSON.stringify(view.error));
    return view.status === 'succeeded';
  });
  return view!;
}

/** Kills the worker while one of its slots exports the model and the other one imports a copy of it; another worker does both anew. */
async function killInTheMiddle({ id, folder }: ModelView): Promise<{ exported: string; imported: ModelView }> {
  const copy = join(fleet.folder, 'copy');
  const weights = join(fleet.storageRoot, folder, 'model.safetensors');
  await cp(join(fleet.storageRoot, folder), copy, { recursive: true });
  // Who opens a pipe waits for somebody who writes.
  await rename(weights, `${weights}.kept`);
  await run('mkfifo', [weights]);
  const { taskId: exported } = await fleet.get<PendingFiles>(`/models/${id}/files?format=onnx`);
  await fleet.until('the model is being read', async () =>
    (await fleet.busySlots()).some(({ runId, phase }) => runId === exported && phase === 'reading'),
  );
  const imported = await importModel(copy, 'copied');
  const taskId = imported.urls.task!.split('/').at(-1)!;
  const half = join(fleet.storageRoot, 'models', imported.id, `${taskId}-g1`);
  await fleet.until('the copy is being written or tried', () => isThere(half));
  process.kill(worker.pid!, 'SIGKILL');
  await rm(weights);
  await rename(`${weights}.kept`, weights);
  worker = fleet.startWorker({ slots: 2 });
  const ready = await untilState(imported.id, 'ready');
  expect(ready).toMatchObject({ format: 'arcfleet', network: 'tiny', folder: `models/${imported.id}/${taskId}-g2` });
  expect(await readdir(join(fleet.storageRoot, 'models', imported.id))).toEqual([`${taskId}-g2`]);
  expect(await fleet.get<TaskView>(`/tasks/${taskId}`)).toMatchObject({ generation: 2, restarts: 1 });
  return { exported, imported: ready };
}

it('trains a model, names it, takes it elsewhere and back through a lost worker, compares, trains on from it, and lets it go', async () => {
  const created = await fleet.createRun({ ...aTinyRun(data, { maxSteps: 4, ranks: { max: 1 } }), name: 'Tiny faces' });
  await fleet.untilEnded(created.id, 'succeeded');
  expect((await send('PUT', '/models/tiny-faces@1/aliases/production')).status).toBe(200);
  const model = await fleet.get<ModelDetails>('/models/tiny-faces@production');
  expect(model).toMatchObject({ version: 1, run: { id: created.id }, lineage: { engine: 'wasm', dataset: { path: data } } });
  expect(model.lineage.codeVersion).toMatch(/^\d+\.\d+\.\d+/);

  const { exported, imported } = await killInTheMiddle(model);
  // The command line waits for the export, fetches and checks it, and onnxruntime finds the same embeddings.
  await cli('model', 'download', 'tiny-faces@production', '--format', 'onnx', '--api', fleet.apiUrl, '--out', 'fetched');
  expect(await fleet.get<TaskView>(`/tasks/${exported}`)).toMatchObject({ status: 'succeeded', generation: 2, restarts: 1 });
  expect(await readdir(join(fleet.storageRoot, 'exports', model.id, 'onnx'))).toEqual([`${exported}-g2`]);
  const graph = join(fleet.folder, 'fetched', 'model.onnx');
  await expectSameEmbeddings(join(fleet.storageRoot, model.folder), graph);

  const noise = join(fleet.folder, 'noise.onnx');
  await writeFile(noise, Buffer.alloc(10_000, 1));
  const [brought, refused] = [await importModel(graph, 'tiny-faces'), await importModel(noise, 'noise')];
  expect(brought).toMatchObject({ state: 'importing', version: 2 });
  await untilState(brought.id, 'ready');
  expect((await untilState(refused.id, 'failed')).error).toMatchObject({ code: 'checkpoint_corrupt' });
  const { files, format } = await fleet.get<ModelFiles>('/models/tiny-faces@2/files');
  expect([format, files.map(({ name }) => name)]).toEqual(['onnx', ['model.onnx']]);
  const answer = await send('GET', '/models/tiny-faces@2/files/onnx/model.onnx');
  expect(Buffer.from(await answer.arrayBuffer()).equals(await readFile(graph))).toBe(true);

  // What a foreign graph scores is what the model scored that it came from.
  await Promise.all([evaluate('tiny-faces@production'), evaluate('tiny-faces@2')]);
  const comparison = await fleet.get<ModelComparison>(`/models/${brought.id}/compare?with=tiny-faces@production`);
  expect(comparison.targets).toMatchObject([
    {
      ...{ target: 'pairs', measure: 'accuracy', difference: 0, intervalsOverlap: true },
      model: { source: { kind: 'evaluation', engine: expect.stringContaining('onnx') } },
      with: { source: { kind: 'evaluation', engine: 'wasm' } },
    },
  ]);

  expect((await send('PUT', '/models/tiny-faces@2/aliases/candidate')).status).toBe(200);
  const inUse = await send('DELETE', `/models/${brought.id}`);
  expect([inUse.status, ((await inUse.json()) as Problem).detail]).toEqual([409, expect.stringContaining('candidate')]);
  expect((await send('DELETE', '/models/tiny-faces@2/aliases/candidate')).status).toBe(204);
  for (const { id } of [brought, refused]) expect((await send('DELETE', `/models/${id}`)).status).toBe(204);
  expect((await send('GET', `/models/${brought.id}`)).status).toBe(404);

  const body = aTinyRun(data, { maxSteps: 4, ranks: { max: 1 }, pretrained: { model: 'copied@1' } });
  const further = await fleet.untilEnded((await fleet.createRun(body)).id, 'succeeded');
  expect((await fleet.get<ModelDetails>(`/models/${further.model!.id}`)).lineage.parent).toEqual({
    ...{ path: imported.folder, modelId: imported.id, model: 'copied@1' },
  });
  await fleet.until('its files are gone', async () => !(await isThere(join(fleet.storageRoot, 'models', brought.id))));
  expect(await isThere(join(fleet.storageRoot, model.folder, 'model.json'))).toBe(true);
});

async function expectSameEmbeddings(folder: string, graph: string): Promise<void> {
  const pixels = Float32Array.from({ length: SIZE * SIZE * 3 }, (_, at) => Math.floor(256 * uniformAt(1, 7, 0, at)));
  const engine = await startEngine('wasm', { threads: 1 });
  const native = await openEmbedder(folder, { engine });
  const expected = new Float32Array(native.embeddingSize);
  await native.embed(pixels, expected);
  await native.dispose();
  const planar = Float32Array.from(pixels, (_, at) => pixels[(at % (SIZE * SIZE)) * 3 + Math.floor(at / (SIZE * SIZE))]!);
  const session = await InferenceSession.create(graph);
  const { embedding } = await session.run({ input: new Tensor('float32', planar, [1, 3, SIZE, SIZE]) });
  const found = embedding!.data as Float32Array;
  const norm = Math.hypot(...expected);
  expect(Math.max(...expected.map((value, at) => Math.abs(value - found[at]!) / norm))).toBeLessThan(1e-5);
}
