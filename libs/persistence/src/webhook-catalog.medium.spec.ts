import {
  createScheduleSchema,
  evaluationConfigSchema,
  runConfigSchema,
  taskResultSchema,
  WEBHOOK_EVENT_TYPES,
  WEBHOOK_EVENTS,
  type RecordBody,
  type RunStatus,
  type TransitionReason,
  type WebhookPayload,
} from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  admitRun,
  commitRecords,
  createEvaluation,
  createImport,
  createRun,
  createSchedule,
  deleteModel,
  getDataset,
  getModel,
  performFire,
  recordMissed,
  registerDataset,
  registerWebhook,
  removeAlias,
  requestCancel,
  setAlias,
  transitionRun,
} from './index.js';
import { openMigratedDatabase, type MigratedDatabase } from './testing/migrated-database.js';

let database: MigratedDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await openMigratedDatabase();
  ({ source } = database);
  const webhook = { url: 'https://a.example', secret: 'whsec_x', events: null, labels: null, description: '' };
  await source.transaction((manager) => registerWebhook(manager, webhook));
});
afterAll(() => database?.close());

const act = <T>(effect: (manager: EntityManager) => Promise<T>): Promise<T> => source.transaction(effect);
const file = { path: 'model.safetensors', sizeBytes: 1, sha256: '0'.repeat(64) };

/** What one rank says of a run in a new generation. */
async function say(runId: string, ...bodies: RecordBody[]): Promise<void> {
  const generation = await act((manager) => admitRun(manager, runId, { worldSize: 1, claimUntil: new Date() }));
  const all: RecordBody[] = [{ type: 'rank.claimed', workerId: 'w', slot: 0 }, ...bodies];
  const at = new Date().toISOString();
  const records = all.map((body, seq) => ({ runId, generation: generation!, rank: 0, seq, workerId: 'w', at, body }));
  await act((manager) => commitRecords(manager, runId, records));
}
const move = (id: string, to: RunStatus, reason: TransitionReason) =>
  act((manager) =>
    transitionRun(manager, id, to, {
      ...{ reason, message: 'why' },
      ...(to === 'failed' ? { error: { code: 'internal', message: 'broken', details: { rank: 1 } } } : {}),
    }),
  );

async function tellOfRuns(): Promise<void> {
  const config = runConfigSchema.parse({ dataset: { path: '/data' }, maxSteps: 100, name: 'Faces' });
  const aRun = () => act((manager) => createRun(manager, config, []));
  const id = await aRun();
  const scores = {
    numPairs: 2,
    accuracy: 1,
    std: 0,
    threshold: 1,
    xnorm: 1,
    tarAtFar: { '0.001': { tar: 1, far: 0, threshold: 1 } },
  };
  const training = {
    type: 'training.started',
    step: 0,
    totalSteps: 100,
    numClasses: 7,
    numImages: 70,
    numParameters: 9,
  } as const;
  const manifest = {
    ...{ version: 1 as const, runId: id, generation: 1, step: 5, worldSize: 1, numClasses: 7, backboneHash: 'x', best: null },
    ...{ folder: `runs/${id}/checkpoints/g1-s5`, shards: [[0, 7] as [number, number]], files: [file] },
  };
  await say(
    id,
    { ...training, engine: 'wasm', engineDetails: 'one thread' },
    { type: 'verification', step: 5, subject: 'model', target: 'lfw', scores },
    { type: 'checkpoint.written', manifest },
    { type: 'model.written', step: 5, folder: 'm', files: [file], accuracies: [], isBest: true, isLast: false },
  );
  await move(id, 'queued', 'worker_lost');
  await act((manager) => requestCancel(manager, id));
  await move(id, 'canceled', 'canceled_by_user');
  for (const end of ['succeeded', 'failed'] as const) {
    const other = await aRun();
    await move(other, 'starting', 'admitted');
    await move(other, end, end === 'failed' ? 'internal' : 'completed');
  }
}

/** Two imported versions of a name, and one that failed. */
async function tellOfModels(): Promise<{ old: string; next: string }> {
  const anImport = async (): Promise<string> => {
    const input = { path: '/m.onnx', name: 'theirs', labels: {}, description: '' };
    return act((manager) => createImport(manager, input));
  };
  const taskOf = async (id: string) => (await getModel(source.manager, id)).taskId!;
  const [old, next, broken] = [await anImport(), await anImport(), await anImport()];
  for (const id of [old, next]) {
    const result = { task: 'model.import' as const, network: 'r50', embeddingSize: 512, format: 'onnx', files: [file] };
    await say(await taskOf(id), { type: 'task.completed', result: { ...result, folder: `models/${id}/x-g1` } });
  }
  await move(await taskOf(broken), 'failed', 'internal');
  await act(async (manager) => deleteModel(manager, await getModel(manager, broken, 'update')));
  const alias = (id: string, version: number) => ({
    ...{ model: { id, name: 'theirs', version }, actor: 'key_x', check: () => undefined },
  });
  await act((manager) => setAlias(manager, { ...alias(old, 1), alias: 'production' }));
  await act((manager) => setAlias(manager, { ...alias(next, 2), alias: 'production' }));
  await act((manager) => setAlias(manager, { ...alias(next, 2), alias: 'candidate' }));
  await act((manager) => removeAlias(manager, { ...alias(next, 2), alias: 'candidate' }));
  return { old, next };
}

async function tellOfEvaluations({ old, next }: { old: string; next: string }): Promise<void> {
  const targets = [{ protocol: 'verification' as const, name: 'lfw', path: '/d/lfw.bin' }];
  const anEvaluation = (id: string) => {
    const config = evaluationConfigSchema.parse({ model: { id, path: `models/${id}` }, targets });
    return act((manager) => createEvaluation(manager, config, []));
  };
  const size = { embeddingSize: 512, height: 112, width: 112 };
  const model = { format: 'onnx', network: 'r50', sha256: '0'.repeat(64), engine: 'wasm', ...size } as const;
  const score = async (id: string, accuracy: number): Promise<void> => {
    const scores = {
      ...{ protocol: 'verification' as const, numPairs: 6_000, accuracy, std: 0, threshold: 1, xnorm: 1, tarAtFar: {} },
      ...{ interval: null, areaUnderRoc: 0.9, roc: [], histogram: { edges: [-1, 1], genuine: [1], impostor: [1] } },
    };
    await say(
      id,
      { type: 'evaluation.started', model, engine: 'wasm', engineDetails: 'one thread' },
      { type: 'evaluation.scored', target: 'lfw', digest: 'a'.repeat(64), scores },
    );
  };
  for (const [id, accuracy] of [
    [old, 0.99],
    [next, 0.5],
  ] as const) {
    const made = await anEvaluation(id);
    await score(made, accuracy);
    await move(made, 'succeeded', 'completed');
  }
  const canceled = await anEvaluation(old);
  await score(canceled, 0.9);
  await move(canceled, 'queued', 'worker_lost');
  await act((manager) => requestCancel(manager, canceled));
  await move(canceled, 'canceled', 'canceled_by_user');
  const failed = await anEvaluation(old);
  await move(failed, 'starting', 'admitted');
  await move(failed, 'failed', 'internal');
}

async function tellOfDatasets(): Promise<void> {
  const facts = {
    ...{
      images: 12,
      identities: 3,
      width: 112,
      height: 112,
      imageBytes: 1000,
      digest: 'a'.repeat(64),
      fingerprint: '1'.repeat(64),
    },
    ...{ perIdentity: { min: 4, median: 4, max: 4, empty: 0 }, targets: { lfw: { pairs: 2, same: 1 } }, files: [] },
  };
  const problems = [{ where: 'record 3', message: 'is torn' }];
  for (const found of [
    { facts, numProblems: 0, problems: [] },
    { facts, numProblems: 0, problems: [] },
    { facts: null, numProblems: 1, problems },
  ]) {
    const dataset = { name: 'faces', path: '/data', kind: 'faces_emore', decode: true, labels: {}, description: '' } as const;
    const id = await act((manager) => registerDataset(manager, dataset));
    const { taskId } = await getDataset(source.manager, id);
    await say(taskId, { type: 'task.completed', result: taskResultSchema.parse({ task: 'dataset.validate', ...found }) });
  }
  const id = await act((manager) =>
    registerDataset(manager, { name: 'x', path: '/x', kind: 'faces_emore', decode: true, labels: {}, description: '' }),
  );
  await move((await getDataset(source.manager, id)).taskId, 'failed', 'internal');
}

async function tellOfSchedules(): Promise<void> {
  const { paused: _, ...fields } = createScheduleSchema.parse({
    ...{ name: 'nightly', cron: '0 3 * * *', overlap: 'skip' },
    evaluation: { models: { alias: 'production' }, dataset: '/data', targets: ['lfw'] },
  });
  await act(async (manager) => {
    const schedule = await createSchedule(manager, { ...fields, pausedAt: null, nextAt: null });
    const now = new Date();
    const fire = { scheduledAt: now, trigger: 'manual', reason: 'manual', now } as const;
    expect((await performFire(manager, schedule, fire))?.outcome).toBe('started');
    expect((await performFire(manager, schedule, fire))?.outcome).toBe('skipped');
    await recordMissed(manager, schedule, [{ scheduledAt: now, reason: 'late' }], now);
  });
}

/** What is sent and not in the catalog. */
function unknownFields({ type, data }: WebhookPayload): string[] {
  const known = Object.keys(WEBHOOK_EVENTS[type].data.shape);
  return Object.keys(data).filter((key) => !known.includes(key));
}

it('every event is told somewhere, and whatever is told is what the catalog says, field by field', async () => {
  await tellOfRuns();
  await tellOfEvaluations(await tellOfModels());
  await tellOfDatasets();
  await tellOfSchedules();
  const rows: { body: string; type: string }[] = await source.query('select body, event_type as type from webhook_deliveries');
  for (const { body, type } of rows) {
    const sent = JSON.parse(body) as WebhookPayload;
    expect(sent.type).toBe(type);
    expect([type, WEBHOOK_EVENTS[sent.type].data.safeParse(sent.data).error]).toEqual([type, undefined]);
    expect([type, unknownFields(sent)]).toEqual([type, []]);
  }
  // The test event is sent by the API itself: see its specs.
  const told = new Set(rows.map(({ type }) => type));
  expect(WEBHOOK_EVENT_TYPES.filter((type) => !told.has(type))).toEqual(['webhook.test']);
});
