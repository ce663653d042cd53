import { join } from 'node:path';
import type { CreateScheduleInput, EvaluationView, FireList, FireView, ScheduleView } from '#contracts';
import { aTinyRun, TestFleet, WebhookReceiver, writeTinyDataset } from '#test-support';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fleet: TestFleet;
let data: string;
let receiver: WebhookReceiver;
const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 24, numPairs: 100 });
  await fleet.query(
    `insert into webhook_endpoints (id, url, secret, events) values ('whep_registered', $1, $2, '{evaluation.regressed,schedule.fired}')`,
    [receiver.url, secret],
  );
  fleet.startWorker({ slots: 2 });
});

afterAll(async () => {
  receiver?.close();
  await fleet?.stop();
});

/** A model named `faces`, and how well it does. */
async function train(maxSteps: number): Promise<{ id: string; accuracy: number }> {
  const run = await fleet.createRun(
    aTinyRun(data, { name: 'faces', maxSteps, ranks: { max: 1 }, verification: { everySteps: 0, targets: ['pairs'] } }),
  );
  const { model } = await fleet.untilEnded(run.id, 'succeeded');
  return { id: model?.id ?? '', accuracy: model?.accuracies[0]?.accuracy ?? NaN };
}

async function promote(id: string): Promise<void> {
  const response = await fetch(`${fleet.apiUrl}/models/${id}/aliases/production`, { method: 'PUT', headers: fleet.headers });
  expect(response.status, await response.clone().text()).toBe(200);
}

async function schedule(body: Partial<CreateScheduleInput>): Promise<ScheduleView> {
  const evaluation = { models: { alias: 'production', name: 'faces' }, dataset: data, targets: ['pairs'] };
  const response = await fleet.post('/schedules', { name: 'nightly', cron: '0 3 * * *', evaluation, ...body });
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as ScheduleView;
}

async function evaluated(id: string): Promise<EvaluationView> {
  let view: EvaluationView | undefined;
  await fleet.until(`evaluation ${id} succeeded`, async () => {
    view = await fleet.get<EvaluationView>(`/evaluations/${id}`);
    if (view.status === 'failed') throw new Error(JSON.stringify(view.error));
    return view.status === 'succeeded';
  });
  return view!;
}

const received = (type: string): { data: Record<string, unknown> }[] =>
  receiver.received
    .map(({ headers, body }) => new Webhook(secret).verify(body, headers) as { type: string; data: Record<string, unknown> })
    .filter((event) => event.type === type);

it('evaluates who holds an alias again and again, and tells when a new holder does worse', async () => {
  const models = [await train(1), await train(24)].sort((a, b) => b.accuracy - a.accuracy);
  const [better, worse] = models as [(typeof models)[number], (typeof models)[number]];
  expect(better.accuracy).toBeGreaterThan(worse.accuracy);
  await promote(better.id);
  const nightly = await schedule({ margin: { accuracy: (better.accuracy - worse.accuracy) / 2 } });
  expect(nightly.nextFires).toHaveLength(5);

  const fire = async () => (await (await fleet.post(`/schedules/${nightly.id}/run`, undefined)).json()) as FireView;
  const first = await fire();
  expect(first.evaluations.map(({ modelId }) => modelId)).toEqual([better.id]);
  const before = await evaluated(first.evaluations[0]!.id);
  expect(before).toMatchObject({ regressions: [], labels: { schedule: nightly.id } });
  expect(before.scores[0]?.digest).toMatch(/^[0-9a-f]{64}$/);

  await promote(worse.id);
  const second = await fire();
  const after = await evaluated(second.evaluations[0]!.id);
  expect(after.model.id).toBe(worse.id);
  expect(after.scores[0]?.digest).toBe(before.scores[0]?.digest);
  const regression = {
    ...{ target: 'pairs', metric: 'accuracy', against: 'alias', alias: 'faces@production', changed: ['model'] },
    ...{ baselineModelId: better.id, baselineEvaluationId: before.id, baseline: better.accuracy, current: worse.accuracy },
    marginFrom: 'given',
  };
  expect(after.regressions).toContainEqual(expect.objectContaining(regression));

  await fleet.until('the webhook is there', () => Promise.resolve(received('evaluation.regressed').length > 0));
  expect(received('evaluation.regressed').map(({ data: told }) => told)).toEqual([
    expect.objectContaining({ evaluationId: after.id, modelId: worse.id }),
  ]);
  expect(received('schedule.fired').map(({ data: told }) => told['scheduleId'])).toEqual([nightly.id, nightly.id]);
  // The old results stand beside the new ones.
  const { fires } = await fleet.get<FireList>(`/schedules/${nightly.id}/fires`);
  expect(fires.map(({ evaluations }) => evaluations.map(({ id, status }) => [id, status]))).toEqual([
    [[after.id, 'succeeded']],
    [[before.id, 'succeeded']],
  ]);
  expect((await fleet.get<EvaluationView>(`/evaluations/${before.id}`)).scores).toEqual(before.scores);
});

it('fires by itself when its time comes, also when the results service was killed just before', async () => {
  const daily = await schedule({ name: 'daily' });
  // A day is too long for a test: its next time is now.
  const [due] = await fleet.query<{ at: Date }>(
    `update schedules set next_at = date_trunc('milliseconds', now()) + interval '500 milliseconds' where id = $1 returning next_at as at`,
    [daily.id],
  );
  process.kill(fleet.results.pid ?? 0, 'SIGKILL');
  const fires = async () => (await fleet.get<FireList>(`/schedules/${daily.id}/fires`)).fires;
  await fleet.until('it has fired', async () => (await fires()).length > 0);
  const [fire] = await fires();
  const facts = { trigger: 'cron', outcome: 'started', reason: 'on_time', scheduledAt: due!.at.toISOString() };
  expect(fire).toMatchObject({ ...facts, evaluations: [{}] });
  await evaluated(fire!.evaluations[0]!.id);
  expect(await fires()).toHaveLength(1);
  expect((await fleet.get<ScheduleView>(`/schedules/${daily.id}`)).nextFires).toEqual(daily.nextFires);
});
