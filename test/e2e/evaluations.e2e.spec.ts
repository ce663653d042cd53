import { join } from 'node:path';
import type {
  CreatedEvaluation,
  CreateEvaluationInput,
  EmbeddingsAnswer,
  EvaluationScoreList,
  EvaluationView,
  ModelDetails,
  Problem,
  RunView,
} from '#contracts';
import { evaluateRemotely } from '../../apps/cli/src/evaluate/evaluate-remote.js';
import { openVerificationSet } from '#datasets';
import { aTinyRun, TestFleet, WebhookReceiver, writeTinyDataset } from '#test-support';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fleet: TestFleet;
let data: string;
let modelId: string;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 24, numPairs: 40 });
  fleet.startWorker({ slots: 2 });
  const run = await fleet.createRun(aTinyRun(data, { maxSteps: 8 }));
  modelId = (await fleet.untilEnded(run.id, 'succeeded')).model?.id ?? '';
});

afterAll(async () => {
  receiver?.close();
  await fleet?.stop();
});

async function evaluate(body: Partial<CreateEvaluationInput>): Promise<CreatedEvaluation> {
  const response = await fleet.post('/evaluations', { model: { id: modelId }, dataset: data, targets: ['pairs'], ...body });
  expect(response.status).toBe(202);
  return (await response.json()) as CreatedEvaluation;
}

async function untilEvaluation(id: string, isWanted: (view: EvaluationView) => boolean): Promise<EvaluationView> {
  let view: EvaluationView | undefined;
  await fleet.until(`evaluation ${id} is as wanted`, async () => {
    view = await fleet.get<EvaluationView>(`/evaluations/${id}`);
    if (view.status === 'failed') throw new Error(JSON.stringify(view.error));
    return isWanted(view);
  });
  return view as EvaluationView;
}

it('evaluates a stored model on two ranks, keeps curves, and tells the world', async () => {
  const created = await evaluate({ ranks: { max: 2 }, webhooks: [{ url: receiver.url }] });
  expect(created).toMatchObject({ status: 'queued', step: 0, totalSteps: 1, openedModel: null, scores: [] });
  const ended = await untilEvaluation(created.id, ({ status }) => status === 'succeeded');
  expect(ended).toMatchObject({
    worldSize: 2,
    engine: 'wasm',
    step: 1,
    message: 'Scored 1 target.',
    openedModel: { format: 'arcfleet', network: 'tiny', embeddingSize: 16, height: 24, width: 24 },
  });
  expect(ended.transitions.map(({ status }) => status)).toEqual(['queued', 'starting', 'running', 'succeeded']);
  expect(ended.scores[0]).not.toHaveProperty('scores.roc');

  const { scores } = await fleet.get<EvaluationScoreList>(`/evaluations/${created.id}/scores`);
  const [pairs] = scores;
  if (pairs?.scores.protocol !== 'verification') throw new Error('no scores of a verification');
  expect(pairs.scores).toMatchObject({ numPairs: 40 });
  expect(pairs.scores.roc.at(-1)).toMatchObject({ far: 1, tar: 1 });
  const { genuine, impostor } = pairs.scores.histogram;
  expect([...genuine, ...impostor].reduce((sum, count) => sum + count, 0)).toBe(40);

  const model = await fleet.get<ModelDetails>(`/models/${modelId}`);
  expect(model.evaluations).toMatchObject([{ id: created.id, scores: [{ target: 'pairs' }] }]);
  // What the run verified its last model with is what the evaluation finds.
  expect(model.verifications[0]?.scores.accuracy).toBe(pairs.scores.accuracy);
  expect((await fleet.get<RunView>(`/runs/${created.id}`)) as unknown as Problem).toMatchObject({ status: 404 });

  await fleet.until('all webhooks are there', () =>
    Promise.resolve(receiver.received.some(({ body }) => body.includes('evaluation.completed'))),
  );
  const webhook = new Webhook(created.webhookSecrets[0]?.secret ?? '');
  const events = receiver.received.map(({ headers, body }) => webhook.verify(body, headers) as { type: string; data: object });
  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set(['evaluation.queued', 'evaluation.started', 'evaluation.scored', 'evaluation.completed']),
  );
  for (const event of events) expect(event.data).toMatchObject({ evaluationId: created.id });
});

it('answers with embeddings of length 1, and forgets the images', async () => {
  const set = await openVerificationSet(join(data, 'pairs.bin'));
  const images = await Promise.all([0, 1, 2].map((index) => set.image(index)));
  const body = { images: images.map((image) => ({ data: Buffer.from(image).toString('base64') })) };
  const response = await fleet.post(`/models/${modelId}/embeddings`, body);
  expect(response.status).toBe(200);
  const { id, model, embeddings } = (await response.json()) as EmbeddingsAnswer;
  expect(model).toMatchObject({ id: modelId, network: 'tiny', embeddingSize: 16 });
  expect(embeddings).toHaveLength(3);
  for (const row of embeddings) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
  const kept = await fleet.query<{ images: unknown[] }>(`select config->'images' as images from runs where id = $1`, [id]);
  expect(kept).toEqual([{ images: [] }]);

  const broken = Buffer.concat([Buffer.from(images[0]!).subarray(0, 60), Buffer.alloc(40)]).toString('base64');
  const refused = await fleet.post(`/models/${modelId}/embeddings`, { images: [...body.images, { data: broken }] });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ code: 'image_invalid', detail: expect.stringContaining('mage 3') });
});

it('finishes an evaluation elsewhere whose rank was killed in the middle', async () => {
  const targets = Array.from({ length: 60 }, (_, i) => {
    return { protocol: 'verification' as const, name: `pairs-${i}`, path: join(data, 'pairs.bin') };
  });
  const said: string[] = [];
  const never = new AbortController().signal;
  const request = { model: { id: modelId }, targets, ranks: { max: 2 } };
  const following = evaluateRemotely(
    request,
    { apiUrl: fleet.apiUrl, apiKey: fleet.key },
    { say: (line) => said.push(line) },
    { cancel: never, detach: never },
  );
  await fleet.until('it was submitted', () => Promise.resolve(said.length > 0));
  const id = /evl_\w+/.exec(said[0] ?? '')?.[0] ?? '';
  await untilEvaluation(id, ({ step }) => step >= 2);
  process.kill(await fleet.trainerPid(id, 1), 'SIGKILL');
  const ended = await untilEvaluation(id, ({ status }) => status === 'succeeded');
  expect(ended).toMatchObject({ generation: 2, restarts: 1, step: 60 });
  expect(ended.scores.map(({ target }) => target)).toEqual(targets.map(({ name }) => name));
  expect(new Set(ended.scores.map(({ generation }) => generation))).toEqual(new Set([2]));
  const followed = await following;
  expect(followed.evaluation).toEqual(ended);
  expect(followed.scores).toHaveLength(60);
  expect(said.filter((line) => line.startsWith('scored')).length).toBeGreaterThanOrEqual(62);
});
