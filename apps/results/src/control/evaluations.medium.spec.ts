import { embeddingConfigSchema, evaluationConfigSchema, type RecordBody } from '#contracts';
import { createEmbeddingRequest, createEvaluation, EMBEDDINGS_QUEUED_MS, getEmbeddingRequest, getEvaluation } from '#persistence';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RankScript } from '../testing/fake-worker.js';
import { ResultsScene, until } from '../testing/results-scene.js';

let scene: ResultsScene;
beforeAll(async () => {
  scene = await ResultsScene.open();
});
beforeEach(() => scene.reset());
afterEach(() => scene.leave());
afterAll(() => scene?.close());

const targets = ['a', 'b'].map((name) => ({ protocol: 'verification' as const, name, path: `/data/${name}.bin` }));

function submit(): Promise<string> {
  const config = evaluationConfigSchema.parse({ model: { id: null, path: '/m' }, targets, ranks: { max: 2 } });
  return scene.source.transaction((manager) => createEvaluation(manager, config, []));
}

const model = { format: 'arcfleet', network: 'y1', embeddingSize: 2, height: 112, width: 112, sha256: '0'.repeat(64) } as const;
const begun: RecordBody = {
  type: 'evaluation.started',
  model: { ...model, engine: 'wasm' },
  engine: 'wasm',
  engineDetails: 'one thread',
};
const scored = (target: string): RecordBody => ({
  type: 'evaluation.scored',
  target,
  scores: {
    ...{ protocol: 'verification', numPairs: 2, accuracy: 1, std: 0, threshold: 1, xnorm: 1, tarAtFar: {}, interval: null },
    ...{ areaUnderRoc: 1, roc: [], histogram: { edges: [-1, 1], genuine: [1], impostor: [1] } },
  },
});

/** Scores both targets; the first generation leaves after one, as a worker that drains. */
const evaluate: RankScript = async (rank) => {
  const leaves = rank.job.generation === 1;
  if (rank.job.rank === 0) {
    await rank.emit(begun);
    await rank.emit(scored('a'));
    if (!leaves) await rank.emit(scored('b'));
  }
  await rank.finish(leaves ? 'stopped' : 'succeeded');
};

it('starts an evaluation from the beginning when its ranks had to leave, which is no restart', async () => {
  await scene.startResults();
  const worker = await scene.startWorker(2, evaluate);
  const id = await submit();
  const ended = await until('evaluation succeeded', async () => {
    const evaluation = await getEvaluation(scene.source.manager, id);
    return evaluation.status === 'succeeded' && evaluation;
  });
  expect(ended).toMatchObject({ generation: 2, restarts: 0, worldSize: 2, step: 2, message: 'Scored 2 targets.' });
  expect(ended.scores.map(({ target, generation }) => [target, generation])).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
  expect(ended.transitions.map(({ status }) => status)).toEqual([
    ...['queued', 'starting', 'running', 'queued', 'starting', 'running', 'succeeded'],
  ]);
  expect(new Set(worker.ranks.map(({ job }) => job.kind))).toEqual(new Set(['evaluation']));
  expect(await scene.numReservations()).toBe(0);
});

it('cancels a request for embeddings that no worker has begun in time', async () => {
  const config = embeddingConfigSchema.parse({ model: { id: null, path: '/m' }, images: [{ data: '/9j/' }] });
  const [late, fresh] = await scene.source.transaction(async (manager) => [
    await createEmbeddingRequest(manager, config),
    await createEmbeddingRequest(manager, config),
  ]);
  await scene.source.query('update runs set created_at = $2 where id = $1', [late, new Date(Date.now() - EMBEDDINGS_QUEUED_MS)]);
  await scene.startResults();
  await until(
    'late request canceled',
    async () => (await getEmbeddingRequest(scene.source.manager, late!)).status === 'canceled',
  );
  expect((await getEmbeddingRequest(scene.source.manager, fresh!)).status).toBe('queued');
});
