import {
  evaluationConfigSchema,
  runConfigSchema,
  WEBHOOK_EVENTS,
  type CheckpointManifest,
  type ErrorCode,
  type ErrorReport,
  type ProgressRecord,
  type RecordBody,
  type VerificationScores,
  type WebhookPayload,
} from '#contracts';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  admitRun,
  commitRecords,
  createEvaluation,
  createRun,
  endGeneration,
  findLiveGenerations,
  findQueuedRuns,
  findRunEvents,
  getEvaluation,
  getEvaluationScores,
  getGenerationStart,
  getMetricSeries,
  getRun,
  listEvaluations,
  listReservedSlots,
  registerWebhook,
  type CommitResult,
} from '../index.js';
import { openMigratedDatabase, type MigratedDatabase } from '../testing/migrated-database.js';

let database: MigratedDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await openMigratedDatabase();
  ({ source } = database);
  // Hears everything that the specs below make happen.
  const webhook = { url: 'https://a.example', secret: 'whsec_x', events: null, labels: null, description: '' };
  await source.transaction((manager) => registerWebhook(manager, webhook));
});

afterAll(() => database?.close());

const config = runConfigSchema.parse({ dataset: { path: '/data' }, maxSteps: 100, ranks: { max: 2 } });
const claimUntil = new Date(Date.now() + 60_000);

async function aRun(worldSize = 2): Promise<string> {
  const runId = await source.transaction((manager) => createRun(manager, config, []));
  await admit(runId, worldSize);
  return runId;
}

const admit = (runId: string, worldSize = 2) =>
  source.transaction((manager) => admitRun(manager, runId, { worldSize, claimUntil }));
const commit = (runId: string, records: readonly ProgressRecord[]): Promise<CommitResult> =>
  source.transaction((manager) => commitRecords(manager, runId, records));
const requeue = (runId: string, generation: number) =>
  source.transaction((manager) =>
    endGeneration(manager, runId, generation, {
      status: 'queued',
      reason: 'worker_lost',
      message: '',
      notBefore: null,
      isRestart: true,
    }),
  );

interface Sender {
  readonly rank?: number;
  readonly generation?: number;
  readonly workerId?: string;
}

/** Records of one rank's channel, numbered from `seq`. */
function channel(runId: string, seq: number, bodies: readonly RecordBody[], sender: Sender = {}): ProgressRecord[] {
  const { rank = 0, generation = 1, workerId = `w${rank}` } = sender;
  return bodies.map((body, index) => ({
    runId,
    generation,
    rank,
    seq: seq + index,
    workerId,
    at: new Date(1_700_000_000_000 + seq + index).toISOString(),
    body,
  }));
}

const claim = (workerId = 'w0'): RecordBody => ({ type: 'rank.claimed', workerId, slot: 0 });
const started = (step = 0): RecordBody => ({
  type: 'training.started',
  step,
  totalSteps: 100,
  numClasses: 7,
  numImages: 70,
  numParameters: 1_000,
  engine: 'wasm',
  engineDetails: 'one thread',
});
const loss = (step: number, value = step): RecordBody => ({ type: 'metrics', points: [{ step, values: { loss: value } }] });
const finished = (outcome: 'succeeded' | 'failed', code?: ErrorCode, message = 'why'): RecordBody => ({
  type: 'rank.finished',
  outcome,
  step: 1,
  ...(code ? { error: { code, message } } : {}),
});
const scores: VerificationScores = { numPairs: 2, accuracy: 1, std: 0, threshold: 1, xnorm: 1, tarAtFar: {} };

function checkpoint(runId: string, step: number, generation = 1): RecordBody {
  const manifest: CheckpointManifest = {
    version: 1,
    runId,
    generation,
    step,
    worldSize: 2,
    numClasses: 7,
    folder: `runs/${runId}/checkpoints/g${generation}-s${step}`,
    shards: [
      [0, 4],
      [4, 3],
    ],
    files: [{ path: 'backbone.safetensors', sizeBytes: 1, sha256: '0'.repeat(64) }],
    backboneHash: 'x',
    best: null,
  };
  return { type: 'checkpoint.written', manifest };
}

const modelAt = (step: number, flags: { isBest?: boolean; isLast?: boolean } = {}): RecordBody => ({
  type: 'model.written',
  step,
  folder: `model/g1-s${step}`,
  files: [{ path: 'm', sizeBytes: 1, sha256: '0'.repeat(64) }],
  // Not in alphabetical order, which is the one that jsonb would give an object's keys.
  accuracies: [
    { target: 'lfw', accuracy: 0.9 },
    { target: 'cfp_fp', accuracy: step / 100 },
  ],
  isBest: false,
  isLast: false,
  ...flags,
});

async function lossOf(runId: string): Promise<[step: number, value: number][]> {
  const { metrics } = await getMetricSeries(source.manager, runId, { maxPoints: 1_000 });
  return (metrics.find(({ name }) => name === 'loss')?.points ?? []).map(({ step, value }) => [step, value]);
}

const nextSeqs = ({ watermarks }: CommitResult) =>
  Object.fromEntries(watermarks.map(({ rank, nextSeq, workerId }) => [rank, `${nextSeq}/${workerId}`]));

describe('commitRecords', () => {
  it('gives each record its effect once, however often, torn and disordered it comes', async () => {
    const bodies = [claim(), started(), loss(1), loss(2), checkpointOf(2), loss(3), loss(4), finished('succeeded')];
    function checkpointOf(step: number): RecordBody {
      return checkpoint('any', step);
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: bodies.length - 1 }), { minLength: 1, maxLength: 12 }), { maxLength: 6 }),
        async (batches) => {
          const runId = await aRun(1);
          const all = channel(runId, 0, bodies);
          let next = 0;
          for (const batch of batches) {
            for (const seq of batch) if (seq === next) next += 1;
            const result = await commit(
              runId,
              batch.map((seq) => all[seq]!),
            );
            expect(nextSeqs(result)).toEqual(next === 0 ? {} : { 0: `${next}/w0` });
          }
          // At last the sender sends everything that was not committed.
          await commit(runId, all.slice(next));
          expect(await lossOf(runId)).toEqual([1, 2, 3, 4].map((step) => [step, step]));
          const events = await findRunEvents(source.manager, runId, 0);
          expect(events.filter(({ type }) => type === 'checkpoint')).toHaveLength(1);
          expect(events.map(({ seq }) => seq)).toEqual([...events.map(({ seq }) => seq)].sort((a, b) => a - b));
          expect(await getRun(source.manager, runId)).toMatchObject({ status: 'running', step: 4, checkpoint: { step: 2 } });
        },
      ),
      { numRuns: 15 },
    );
  });

  it('shows how long the run is once training starts, not before', async () => {
    const runId = await aRun(1);
    expect((await getRun(source.manager, runId)).totalSteps).toBeNull();
    // In one batch with the metrics that need it.
    await commit(runId, channel(runId, 0, [claim(), started(), loss(1)]));
    expect((await getRun(source.manager, runId)).totalSteps).toBe(100);
    const events = await findRunEvents(source.manager, runId, 0);
    expect(events.find(({ type }) => type === 'progress')?.data).toMatchObject({ step: 1, totalSteps: 100 });
  });

  it('lists stored models without those that were deleted, and knows which one the run ended with', async () => {
    const runId = await aRun(1);
    const best = modelAt(10, { isBest: true });
    const better = modelAt(20, { isBest: true });
    await commit(runId, channel(runId, 0, [claim(), started(), best, better]));
    const during = await getRun(source.manager, runId);
    expect(during.models.map(({ step, accuracies }) => [step, accuracies.at(-1)])).toEqual([
      [10, { target: 'cfp_fp', accuracy: 0.1 }],
      [20, { target: 'cfp_fp', accuracy: 0.2 }],
    ]);
    expect(during.model).toBeNull();
    const liveOf = async () => (await findLiveGenerations(source.manager)).find((each) => each.runId === runId)!;
    expect((await liveOf()).hasResult).toBe(false);
    const last = { ...finished('succeeded'), message: 'lfw reached 0.9' } as RecordBody;
    await commit(
      runId,
      channel(runId, 4, [{ type: 'model.deleted', folder: 'model/g1-s10' }, modelAt(30, { isLast: true }), last]),
    );
    const after = await getRun(source.manager, runId);
    expect(after.models.map(({ step }) => step)).toEqual([20, 30]);
    expect(after.model).toMatchObject({ step: 30, folder: 'model/g1-s30', isLast: true });
    expect(await liveOf()).toMatchObject({ hasResult: true, ranks: [{ outcome: 'succeeded', message: 'lfw reached 0.9' }] });
  });

  it('lists no models of steps that a restart threw away, and takes no last model of an older generation for its own', async () => {
    const runId = await aRun(1);
    const models = [modelAt(10), modelAt(20), modelAt(30, { isLast: true })];
    await commit(runId, channel(runId, 0, [claim(), started(), models[0]!, checkpoint(runId, 10), ...models.slice(1)]));
    const liveOf = async () => (await findLiveGenerations(source.manager)).find((each) => each.runId === runId)!;
    expect((await liveOf()).hasResult).toBe(true);
    await requeue(runId, 1);
    await admit(runId, 1);
    // Not started: nothing is thrown away yet, and it has written none.
    const stepsOf = async () => (await getRun(source.manager, runId)).models.map(({ generation, step }) => [generation, step]);
    expect(await stepsOf()).toEqual([
      [1, 10],
      [1, 20],
      [1, 30],
    ]);
    expect(await liveOf()).toMatchObject({ generation: 2, hasResult: false });
    expect((await getRun(source.manager, runId)).model).toBeNull();

    const again = { ...modelAt(30, { isLast: true }), folder: 'model/g2-s30' } as RecordBody;
    await commit(runId, channel(runId, 0, [claim(), started(10)], { generation: 2 }));
    expect(await stepsOf()).toEqual([[1, 10]]);
    await commit(runId, channel(runId, 2, [again], { generation: 2 }));
    expect(await stepsOf()).toEqual([
      [1, 10],
      [2, 30],
    ]);
    expect((await liveOf()).hasResult).toBe(true);
    expect((await getRun(source.manager, runId)).model).toMatchObject({ generation: 2, folder: 'model/g2-s30' });
  });

  it('commits two batches of the same records at the same time once', async () => {
    const runId = await aRun(1);
    const all = channel(runId, 0, [claim(), started(), loss(1), checkpoint(runId, 1), loss(2)]);
    const results = await Promise.all([commit(runId, all), commit(runId, all), commit(runId, all)]);
    for (const result of results) expect(nextSeqs(result)).toEqual({ 0: '5/w0' });
    expect(await lossOf(runId)).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('takes several ranks in one batch, each in its own order', async () => {
    const runId = await aRun(2);
    const zero = channel(runId, 0, [claim('w0'), started(), loss(1)], { rank: 0 });
    const one = channel(runId, 0, [claim('w1'), finished('failed', 'trainer_crashed')], { rank: 1 });
    const result = await commit(runId, [one[0]!, zero[0]!, zero[1]!, one[1]!, zero[2]!]);
    expect(nextSeqs(result)).toEqual({ 0: '3/w0', 1: '2/w1' });
    expect(result.hasFinished).toBe(true);
    const [generation] = (await findLiveGenerations(source.manager)).filter((each) => each.runId === runId);
    expect(generation?.ranks).toMatchObject([
      { rank: 0, workerId: 'w0', outcome: null },
      { rank: 1, workerId: 'w1', outcome: 'failed', error: { code: 'trainer_crashed' }, reservedUntil: null },
    ]);
  });

  it('hears the worker whose claim came first, and tells the other whose rank it is', async () => {
    const runId = await aRun(1);
    await commit(runId, channel(runId, 0, [claim('first')], { workerId: 'first' }));
    const late = await commit(runId, channel(runId, 0, [claim('second'), loss(1)], { workerId: 'second' }));
    expect(nextSeqs(late)).toEqual({ 0: '1/first' });
    expect(await lossOf(runId)).toEqual([]);
    expect(await listReservedSlots(source.manager)).toContain('first');
  });

  it('does not believe a claim in the name of somebody else', async () => {
    const runId = await aRun(1);
    const result = await commit(runId, channel(runId, 0, [claim('victim')], { workerId: 'liar' }));
    expect(nextSeqs(result)).toEqual({ 0: '1/liar' });
    expect(nextSeqs(await commit(runId, channel(runId, 1, [started()], { workerId: 'liar' })))).toEqual({ 0: '2/liar' });
  });

  it('moves the numbers of a generation that is over, and nothing else', async () => {
    const runId = await aRun(1);
    await commit(runId, channel(runId, 0, [claim(), started(), loss(1), checkpoint(runId, 1)]));
    await requeue(runId, 1);
    await admit(runId, 1);
    const before = await getRun(source.manager, runId);
    const late = [loss(2), checkpoint(runId, 2), finished('failed', 'worker_lost')];
    const result = await commit(runId, channel(runId, 4, late));
    expect(result.deadGenerations).toEqual([1]);
    expect(nextSeqs(result)).toEqual({ 0: '7/w0' });
    expect(await getRun(source.manager, runId)).toEqual(before);
    expect(await lossOf(runId)).toEqual([[1, 1]]);
    expect((await getGenerationStart(source.manager, runId, 2))?.resumeFrom?.step).toBe(1);
  });

  it('does not let a rank of a dead generation believe that its checkpoint was accepted', async () => {
    // It would delete older ones, among them the one that the next generation starts from.
    const runId = await aRun(1);
    await commit(runId, channel(runId, 0, [claim(), started(), checkpoint(runId, 1)]));
    await requeue(runId, 1);
    expect(nextSeqs(await commit(runId, channel(runId, 3, [checkpoint(runId, 2), checkpoint(runId, 3)])))).toEqual({});
    // Once the rank has finished nobody is left to delete anything: its supervisor may forget the records.
    expect(nextSeqs(await commit(runId, channel(runId, 5, [finished('failed', 'peer_aborted')])))).toEqual({ 0: '6/w0' });
  });

  it('takes a rank that nobody knows for nothing: its generation lives on', async () => {
    const runId = await aRun(1);
    const result = await commit(runId, channel(runId, 0, [claim('w9')], { rank: 9, workerId: 'w9' }));
    expect(result).toMatchObject({ deadGenerations: [], watermarks: [] });
    expect((await commit(runId, channel(runId, 0, [claim()], { generation: 5 }))).deadGenerations).toEqual([5]);
    expect((await commit('run_nobody', channel('run_nobody', 0, [claim()]))).deadGenerations).toEqual([1]);
  });

  it('stores what Postgres cannot hold as what it can', async () => {
    const runId = await aRun(1);
    const odd = 'a\0b\ud800c';
    const records = channel(runId, 0, [
      claim(),
      { ...started(), engineDetails: odd, engine: odd } as RecordBody,
      { type: 'metrics', points: [{ step: 1, values: { loss: 1, [odd]: 2 } }] },
      { type: 'verification', step: 1, subject: 'model', target: odd, scores: { ...scores, tarAtFar: {} } },
      { ...modelAt(1), folder: odd, accuracies: [{ target: odd, accuracy: 1 }] } as RecordBody,
      finished('failed', 'dataset_corrupt', odd),
    ]);
    expect(nextSeqs(await commit(runId, records))).toEqual({ 0: '6/w0' });
    await source.transaction((manager) =>
      endGeneration(manager, runId, 1, {
        status: 'failed',
        reason: 'dataset_corrupt',
        message: odd,
        error: { code: 'dataset_corrupt', message: odd, details: { [odd]: odd } },
      }),
    );
    expect(await getRun(source.manager, runId)).toMatchObject({
      status: 'failed',
      error: { message: 'a\ufffdb\ufffdc', details: { 'a\ufffdb\ufffdc': 'a\ufffdb\ufffdc' } },
    });
  });

  it('tells of an error what it is about, and not the insides of the worker', async () => {
    const runId = await aRun(1);
    const details = {
      step: 3,
      stack: ['TypeError: no', '    at file:///opt/arcfleet/dist/x.js:1:1'],
      lastLines: ['/opt/arcfleet'],
    };
    const report: ErrorReport = { code: 'internal', message: 'no', details };
    const failed: RecordBody = { type: 'rank.finished', outcome: 'failed', step: 1, error: report };
    await commit(runId, channel(runId, 0, [claim(), started(), failed]));
    const [generation] = (await findLiveGenerations(source.manager)).filter((each) => each.runId === runId);
    expect(generation?.ranks).toMatchObject([{ error: report }]);
    await source.transaction((manager) =>
      endGeneration(manager, runId, 1, { status: 'failed', reason: 'internal', message: 'no', error: report }),
    );
    const shown = { code: 'internal', message: 'no', details: { step: 3 } };
    expect((await getRun(source.manager, runId)).error).toEqual(shown);
    const events = await source.query<{ data: object }[]>(
      `select data from run_events where run_id = $1 and type = 'transition' order by seq desc limit 1`,
      [runId],
    );
    expect(events).toMatchObject([{ data: { error: shown } }]);
    const texts = await source.query<{ text: string }[]>(
      'select body as text from webhook_deliveries where run_id = $1 union all select data::text from run_events where run_id = $1',
      [runId],
    );
    expect(texts.filter(({ text }) => text.includes('/opt/arcfleet'))).toEqual([]);
  });

  it('takes names that become one, and a step that comes twice in a record: the last one stands', async () => {
    const runId = await aRun(1);
    const points: { step: number; values: Record<string, number> }[] = [
      { step: 1, values: { loss: 1, 'x\0': 1, 'x\ufffd': 2 } },
      { step: 1, values: { loss: 5 } },
    ];
    expect(nextSeqs(await commit(runId, channel(runId, 0, [claim(), started(), { type: 'metrics', points }])))).toEqual({
      0: '3/w0',
    });
    expect(await lossOf(runId)).toEqual([[1, 5]]);
  });

  it('keeps the first checkpoint of a step when a second one of that name comes', async () => {
    const runId = await aRun(1);
    const records = channel(runId, 0, [claim(), started(), checkpoint(runId, 1), checkpoint(runId, 1), loss(2)]);
    expect(nextSeqs(await commit(runId, records))).toEqual({ 0: '5/w0' });
    expect(await getRun(source.manager, runId)).toMatchObject({ checkpoint: { step: 1 }, step: 2 });
  });

  it('lets replayed steps supersede what a restart threw away', async () => {
    const runId = await aRun(1);
    const first = [claim(), started(), loss(1, 10), loss(2, 20), checkpoint(runId, 2), loss(3, 30), loss(4, 40)];
    await commit(runId, channel(runId, 0, first));
    await requeue(runId, 1);
    await admit(runId, 1);
    expect(await lossOf(runId)).toEqual([
      [1, 10],
      [2, 20],
    ]);
    await commit(runId, channel(runId, 0, [claim(), started(2), loss(3, 31)], { generation: 2 }));
    expect(await lossOf(runId)).toEqual([
      [1, 10],
      [2, 20],
      [3, 31],
    ]);
    expect(await getRun(source.manager, runId)).toMatchObject({ step: 3, generation: 2, restarts: 1 });
  });
});

describe('admitRun', () => {
  it('gives one generation with all its ranks, however many ask at the same time', async () => {
    const runId = await source.transaction((manager) => createRun(manager, config, []));
    const minted = await Promise.all([admit(runId), admit(runId), admit(runId)]);
    expect(minted.filter((generation) => generation !== null)).toEqual([1]);
    const rows: { ranks: number; slots: number }[] = await source.query(
      `select (select count(*)::int from ranks where run_id = $1) as ranks,
              (select count(*)::int from reservations where run_id = $1) as slots`,
      [runId],
    );
    expect(rows).toEqual([{ ranks: 2, slots: 2 }]);
    expect(await admit(runId)).toBeNull();
  });

  it('leaves nothing of a generation whose transaction fails', async () => {
    const runId = await source.transaction((manager) => createRun(manager, config, []));
    const failing = source.transaction(async (manager) => {
      await admitRun(manager, runId, { worldSize: 2, claimUntil });
      throw new Error('after');
    });
    await expect(failing).rejects.toThrow('after');
    expect(await getRun(source.manager, runId)).toMatchObject({ status: 'queued', generation: 0 });
    expect(await admit(runId)).toBe(1);
  });
});

describe('endGeneration', () => {
  it('ends once, whoever decides, and gives the slots back', async () => {
    const runId = await aRun(2);
    const ended = await Promise.all([requeue(runId, 1), requeue(runId, 1)]);
    expect(ended.sort()).toEqual([false, true]);
    expect(await getRun(source.manager, runId)).toMatchObject({ status: 'queued', restarts: 1 });
    const rows: unknown[] = await source.query('select from reservations where run_id = $1', [runId]);
    expect(rows).toHaveLength(0);
  });
});

describe('records of an evaluation', () => {
  const model = {
    format: 'arcfleet',
    network: 'y1',
    embeddingSize: 2,
    height: 112,
    width: 112,
    sha256: '0'.repeat(64),
    engine: 'wasm',
  } as const;
  const begun: RecordBody = { type: 'evaluation.started', model, engine: 'wasm', engineDetails: 'one thread' };
  const roc = [{ far: 1, tar: 1, similarity: -1 }];
  const histogram = { edges: [-1, 1], genuine: [1], impostor: [1] };
  const verification = { numPairs: 2, accuracy: 1, std: 0, threshold: 1, xnorm: 1, tarAtFar: {} };
  const scored = (target: string, accuracy = 1): RecordBody => ({
    type: 'evaluation.scored',
    target,
    scores: { protocol: 'verification', ...verification, accuracy, interval: null, areaUnderRoc: 1, roc, histogram },
  });
  const targets = ['b', 'a'].map((name) => ({ protocol: 'verification' as const, name, path: `/data/${name}.bin` }));
  const plan = evaluationConfigSchema.parse({ model: { id: null, path: '/m' }, targets, ranks: { max: 2 } });
  const anEvaluation = async (): Promise<string> => {
    const id = await source.transaction((manager) => createEvaluation(manager, plan, []));
    await admit(id);
    return id;
  };
  const liveOf = async (runId: string) =>
    (await findLiveGenerations(source.manager)).find((generation) => generation.runId === runId);

  it('count targets, keep curves out of what is listed and sent, and show the live generation only', async () => {
    const id = await anEvaluation();
    const first = channel(id, 0, [claim(), begun, scored('a', 0.5), scored('b')]);
    await commit(id, first.slice(0, 3));
    expect(await liveOf(id)).toMatchObject({ kind: 'evaluation', hasResult: false, step: 1 });
    // All of it again, as after a lost watermark: nothing happens twice.
    await commit(id, first);
    await commit(id, first);
    const during = await getEvaluation(source.manager, id);
    expect(during).toMatchObject({ status: 'running', step: 2, totalSteps: 2, openedModel: model, engine: 'wasm' });
    expect(during.scores.map(({ target }) => target)).toEqual(['b', 'a']);
    expect(during.scores[0]?.scores).not.toHaveProperty('roc');
    expect(await liveOf(id)).toMatchObject({ hasResult: true });
    const events = (await findRunEvents(source.manager, id, 0)).filter(({ type }) => type === 'scored');
    expect(events.map(({ data }) => [data['target'], data['step'], data['totalSteps']])).toEqual([
      ['a', 1, 2],
      ['b', 2, 2],
    ]);
    expect(events[0]?.data['scores']).not.toHaveProperty('histogram');
    expect((await getEvaluationScores(source.manager, id)).scores[1]).toMatchObject({
      scores: { accuracy: 0.5, roc, histogram },
    });

    await requeue(id, 1);
    await admit(id);
    await commit(id, channel(id, 0, [claim(), begun, scored('a', 0.75)], { generation: 2 }));
    const after = await getEvaluation(source.manager, id);
    expect(after).toMatchObject({ generation: 2, step: 1, scores: [{ target: 'a', generation: 2, scores: { accuracy: 0.75 } }] });
    expect(await liveOf(id)).toMatchObject({ hasResult: false });
    expect((await listEvaluations(source.manager, { limit: 1 })).evaluations[0]).toEqual(after);
  });

  it('give an evaluation any number of ranks, without reading its whole configuration for that', async () => {
    const id = await source.transaction((manager) => createEvaluation(manager, plan, []));
    const windows = [{ fromRanks: 1, toRanks: null, limit: 1_000 }];
    const queued = (await findQueuedRuns(source.manager, new Date(Date.now() + 1_000), windows)).find(
      ({ runId }) => runId === id,
    );
    expect(queued).toMatchObject({ kind: 'evaluation', config: { ranks: { min: 2, max: 2 }, batch: null } });
    expect(Object.keys(queued?.config ?? {}).sort()).toEqual(['batch', 'ranks']);
  });
});

describe('webhooks of all that happened here', () => {
  it('fit the catalog', async () => {
    const rows: { body: string }[] = await source.query('select distinct on (event_type) body from webhook_deliveries');
    const all: { body: string }[] = await source.query('select body from webhook_deliveries');
    const seen = rows.map(({ body }) => (JSON.parse(body) as WebhookPayload).type);
    expect(seen).toEqual(
      expect.arrayContaining([
        'run.queued',
        'run.started',
        'run.verified',
        'run.checkpointed',
        'run.restarting',
        'run.failed',
        'evaluation.queued',
        'evaluation.started',
        'evaluation.scored',
      ]),
    );
    for (const { body } of all) {
      const { type, data } = JSON.parse(body) as WebhookPayload;
      expect([type, WEBHOOK_EVENTS[type].data.safeParse(data).error?.issues]).toEqual([type, undefined]);
    }
  });
});
