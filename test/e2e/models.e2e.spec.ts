import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EvaluationView, ModelComparison, ModelDetails, ModelFiles, ModelList, ModelView, Problem } from '#contracts';
import { uniformAt } from '#contracts';
import { startEngine } from '#engine';
import { openEmbedder } from '#model-files';
import { aTinyRun, TestFleet, WebhookReceiver, writeTinyDataset } from '#test-support';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const main = new URL('../../apps/cli/src/main.js', import.meta.url).pathname;
const SIZE = 24;

let fleet: TestFleet;
let data: string;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: SIZE, numPairs: 40 });
  fleet.startWorker({ slots: 2 });
});
afterAll(async () => {
  receiver?.close();
  await fleet?.stop();
});

const send = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(fleet.apiUrl + path, {
    method,
    // A connection that lay idle while this process computed may be closed by now.
    headers: { connection: 'close', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const cli = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, [main, ...args], { cwd: fleet.folder, env: { ...process.env, INIT_CWD: fleet.folder } })).stdout;

async function train(seed: number): Promise<string> {
  const created = await fleet.createRun({ ...aTinyRun(data, { maxSteps: 4, seed, ranks: { max: 1 } }), name: 'Tiny faces' });
  return (await fleet.untilEnded(created.id, 'succeeded')).model?.id ?? '';
}

async function evaluate(ref: string): Promise<EvaluationView> {
  const response = await send('POST', '/evaluations', { model: { id: ref }, dataset: data, targets: ['pairs'] });
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

it('trains two versions, names one, compares them, takes one elsewhere and back, and lets it go', async () => {
  const trained = await Promise.all([train(1), train(2)]);
  const { models } = await fleet.get<ModelList>('/models?name=tiny-faces');
  expect(models.map(({ id }) => id).sort()).toEqual([...trained].sort());
  expect(models.map(({ version }) => version)).toEqual([2, 1]);
  const [{ id: second }, { id: first }] = models as [ModelView, ModelView];
  expect((await send('PUT', '/models/tiny-faces@1/aliases/production')).status).toBe(200);
  expect((await send('PUT', `/models/${second}/aliases/production`)).status).toBe(200);
  const model = await fleet.get<ModelDetails>('/models/tiny-faces@production');
  expect(model).toMatchObject({ id: second, lineage: { engine: 'wasm', dataset: { path: data } } });
  expect(model.lineage.codeVersion).toMatch(/^\d+\.\d+\.\d+/);

  await Promise.all([evaluate('tiny-faces@production'), evaluate(first)]);
  const comparison = await fleet.get<ModelComparison>(`/models/${first}/compare?with=tiny-faces@production`);
  const [pairs] = comparison.targets;
  expect(pairs).toMatchObject({
    target: 'pairs',
    measure: 'accuracy',
    model: { source: { kind: 'evaluation', engine: 'wasm' } },
  });
  expect(typeof pairs!.intervalsOverlap).toBe('boolean');
  expect(pairs!.difference).toBeCloseTo(pairs!.model.value - pairs!.with.value, 12);

  // A worker exports it, the command line fetches and checks it, and onnxruntime finds the same embeddings.
  await cli('model', 'download', 'tiny-faces@production', '--format', 'onnx', '--api', fleet.apiUrl, '--out', 'fetched');
  const graph = join(fleet.folder, 'fetched', 'model.onnx');
  const pixels = Float32Array.from({ length: SIZE * SIZE * 3 }, (_, at) => Math.floor(256 * uniformAt(1, 7, 0, at)));
  const engine = await startEngine('wasm', { threads: 1 });
  const native = await openEmbedder(join(fleet.storageRoot, model.folder), { engine });
  const expected = new Float32Array(native.embeddingSize);
  await native.embed(pixels, expected);
  await native.dispose();
  const planar = Float32Array.from(pixels, (_, at) => pixels[(at % (SIZE * SIZE)) * 3 + Math.floor(at / (SIZE * SIZE))]!);
  const session = await InferenceSession.create(graph);
  const { embedding } = await session.run({ input: new Tensor('float32', planar, [1, 3, SIZE, SIZE]) });
  const found = embedding!.data as Float32Array;
  const norm = Math.hypot(...expected);
  expect(Math.max(...expected.map((value, at) => Math.abs(value - found[at]!) / norm))).toBeLessThan(1e-5);

  // What a foreign graph scores is what the model scored that it came from.
  const imported = (await (
    await send('POST', '/models/import', { path: graph, name: 'brought', labels: { from: 'onnx' } })
  ).json()) as ModelView;
  expect(imported).toMatchObject({ state: 'importing', version: 1 });
  await fleet.until(
    'the model is imported',
    async () => (await fleet.get<ModelView>(`/models/${imported.id}`)).state === 'ready',
  );
  const brought = await evaluate('brought@1');
  const original = await fleet.get<ModelDetails>(`/models/${second}`);
  const accuracyOf = ({ scores }: Pick<EvaluationView, 'scores'>) => (scores[0]!.scores as { accuracy: number }).accuracy;
  expect(accuracyOf(brought)).toBe(original.metrics.find(({ target }) => target === 'pairs')!.value);
  const { files, format } = await fleet.get<ModelFiles>('/models/brought@1/files');
  expect([format, files.map(({ name }) => name)]).toEqual(['onnx', ['model.onnx']]);
  const answer = await fetch(`${fleet.apiUrl}/models/brought@1/files/onnx/model.onnx`);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(await readFile(graph));

  expect((await send('PUT', '/models/brought@1/aliases/candidate')).status).toBe(200);
  const refused = await send('DELETE', '/models/brought@1');
  expect([refused.status, ((await refused.json()) as Problem).detail]).toEqual([
    409,
    expect.stringContaining('brought@candidate'),
  ]);
  expect((await send('DELETE', '/models/brought@1/aliases/candidate')).status).toBe(204);
  expect((await send('DELETE', `/models/${imported.id}`)).status).toBe(204);
  expect((await send('GET', `/models/${imported.id}`)).status).toBe(404);
  await fleet.until('its files are gone', async () => {
    return stat(join(fleet.storageRoot, 'models', imported.id)).then(
      () => false,
      () => true,
    );
  });
  await stat(join(fleet.storageRoot, model.folder, 'model.json'));
});

it('takes no model that is none, and says why', async () => {
  const path = join(fleet.folder, 'noise.onnx');
  await writeFile(path, Buffer.alloc(10_000, 1));
  const { id } = (await (await send('POST', '/models/import', { path, name: 'noise' })).json()) as ModelView;
  await fleet.until('the import has failed', async () => (await fleet.get<ModelView>(`/models/${id}`)).state === 'failed');
  expect((await fleet.get<ModelView>(`/models/${id}`)).error).toMatchObject({ code: 'checkpoint_corrupt' });
  expect((await send('DELETE', `/models/${id}`)).status).toBe(204);
});
