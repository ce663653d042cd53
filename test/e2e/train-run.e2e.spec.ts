import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SafetensorsReader } from '#formats';
import { aTinyRun, TestFleet, WebhookReceiver, writeTinyDataset } from '#test-support';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fleet: TestFleet;
let data: string;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 24, numPairs: 40 });
});

afterAll(async () => {
  receiver?.close();
  await fleet?.stop();
});

it('trains on two workers from POST to verified model, and tells the world', async () => {
  fleet.startWorker({ slots: 1 });
  fleet.startWorker({ slots: 1 });
  const run = await fleet.createRun(
    aTinyRun(data, {
      maxSteps: 12,
      verification: { everySteps: 6, baselines: true },
      checkpoint: { everySteps: 5 },
      webhooks: [{ url: receiver.url }],
    }),
  );
  expect(run.status).toBe('queued');
  const events = readEvents(`${fleet.apiUrl}/runs/${run.id}/events`);

  const ended = await fleet.untilEnded(run.id, 'succeeded');
  expect(ended).toMatchObject({
    generation: 1,
    restarts: 0,
    worldSize: 2,
    engine: 'wasm',
    step: 12,
    totalSteps: 12,
    numClasses: 7,
  });
  expect(ended.transitions.map(({ status }) => status)).toEqual(['queued', 'starting', 'running', 'succeeded']);
  expect(ended.checkpoint).toMatchObject({ step: 10, generation: 1 });

  const { metrics, verifications } = await fleet.metrics(run.id);
  const loss = metrics.find(({ name }) => name === 'loss');
  expect(loss?.points.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  expect(verifications.map(({ step, subject, target }) => `${subject} ${target} ${step}`)).toEqual([
    'model pairs 0',
    'pixels pairs 0',
    'model pairs 6',
    'model pairs 12',
  ]);
  for (const { scores } of verifications) expect(scores.numPairs).toBe(40);

  const model = await SafetensorsReader.open(join(fleet.storageRoot, ended.model?.folder ?? '', 'model.safetensors'));
  expect(model.names).toContain('fc1_moving_mean');
  await model.close();
  expect(ended.models).toEqual([ended.model]);
  expect(await readdir(join(fleet.storageRoot, 'runs', run.id, 'tensorboard'))).toHaveLength(1);

  const types = (await events).map(({ event }) => event);
  expect(types.filter((type) => type === 'transition')).toHaveLength(4);
  expect(types.filter((type) => type === 'verification')).toHaveLength(4);
  expect(types.at(-1)).toBe('transition');
  const ids = (await events).map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));

  await fleet.until('all webhooks are delivered', async () =>
    (await fleet.deliveries(run.id)).deliveries.every(({ state }) => state === 'delivered'),
  );
  const { deliveries } = await fleet.deliveries(run.id);
  expect(deliveries.map(({ attempts }) => attempts)).toEqual(deliveries.map(() => 1));
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(deliveries.map(({ id }) => id)));
  const webhook = new Webhook(run.webhookSecrets[0]?.secret ?? '');
  const verified = receiver.received.map(({ headers, body }) => webhook.verify(body, headers) as { type: string });
  expect(new Set(verified.map(({ type }) => type))).toEqual(
    new Set(['run.queued', 'run.started', 'run.verified', 'run.checkpointed', 'run.succeeded']),
  );
});

it('ends a run of epochs early when a verification reaches the target, and says so', async () => {
  const { maxSteps: _, ...plan } = aTinyRun(data, {
    epochs: 50,
    verification: { everySteps: 2 },
    // Nothing scores less.
    earlyStop: { target: 'pairs', accuracy: 0.01 },
    model: { save: 'improvements' },
  });
  const run = await fleet.createRun(plan);
  expect(run.totalSteps).toBeNull();
  const ended = await fleet.untilEnded(run.id, 'succeeded');
  expect(ended).toMatchObject({ step: 2, reason: 'early_stop', model: { step: 2, isBest: true, isLast: true } });
  expect(ended.totalSteps).toBeGreaterThan(50);
  expect(ended.message).toMatch(/^Ended early: pairs reached 0\.\d+ \(earlyStop\.accuracy 0\.01\) at step 2 of \d+\.$/);
});

/** All events of a stream, until the server ends it. */
async function readEvents(url: string): Promise<{ id: number; event: string }[]> {
  const text = await (await fetch(url, { headers: fleet.headers })).text();
  return text.split('\n\n').flatMap((block) => {
    const id = /^id: (\d+)$/m.exec(block)?.[1];
    const event = /^event: (\w+)$/m.exec(block)?.[1];
    return id !== undefined && event !== undefined ? [{ id: Number(id), event }] : [];
  });
}
