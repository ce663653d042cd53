import {
  createEvaluationSchema,
  evaluationConfigSchema,
  scheduledEvaluationSchema,
  type EvaluationConfigInput,
  type Margins,
  type Regression,
} from '#contracts';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createEvaluation,
  createSchedule,
  findRunEvents,
  getEvaluation,
  ModelEntity,
  newId,
  performFire,
  setAlias,
  transitionRun,
  WebhookEndpointEntity,
} from '../index.js';
import { openMigratedDatabase, type MigratedDatabase } from '../testing/migrated-database.js';

let database: MigratedDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await openMigratedDatabase();
  ({ source } = database);
});
beforeEach(async () => {
  await source.query('truncate runs, models, schedules, webhook_endpoints cascade');
});
afterAll(() => database?.close());

const DATA = ['a', 'b'].map((letter) => letter.repeat(64)) as [string, string];
interface Found {
  readonly accuracy: number;
  readonly digest?: string | null;
  readonly interval?: { low: number; high: number; level: number } | null;
}
interface Circumstances {
  readonly engine?: string;
  readonly config?: Partial<EvaluationConfigInput>;
  /** An evaluation that is there already. */
  readonly id?: string;
}

let version = 0;
async function aModel(): Promise<{ id: string; name: string; version: number }> {
  const model = { id: newId('mdl'), name: 'faces', version: ++version };
  const facts = { step: null, runId: null, generation: null, files: [], accuracies: [], isBest: false, isLast: true };
  await source.manager.insert(ModelEntity, { ...facts, ...model, folder: `models/${model.id}`, source: 'import' });
  return model;
}

const promote = (model: { id: string; name: string; version: number }, alias = 'production') =>
  source.transaction((manager) => setAlias(manager, { model, alias, actor: 'test', check: () => undefined }));

/** Evaluates a model to the end with those scores by target. */
async function evaluate(
  modelId: string,
  found: Record<string, Found>,
  { engine = 'wasm', config = {}, id: given }: Circumstances = {},
): Promise<string> {
  return source.transaction(async (manager) => {
    const targets = Object.keys(found).map((name) => ({ protocol: 'verification' as const, name, path: `/d/${name}.bin` }));
    const parsed = evaluationConfigSchema.parse({ model: { id: modelId, path: `models/${modelId}` }, targets, ...config });
    const id = given ?? (await createEvaluation(manager, parsed, []));
    await manager.query('update runs set generation = 1, opened_model = $2 where id = $1', [id, { engine }]);
    for (const [target, { accuracy, digest = DATA[0], interval = null }] of Object.entries(found)) {
      const scores = {
        ...{ protocol: 'verification', numPairs: 6_000, accuracy, std: 0, threshold: 1, xnorm: 1, tarAtFar: {}, interval },
        ...{ areaUnderRoc: 0.99, roc: [], histogram: { edges: [-1, 1], genuine: [1], impostor: [1] } },
      };
      await manager.query(
        `insert into evaluation_scores (run_id, generation, target, protocol, scores, digest) values ($1, 1, $2, 'verification', $3, $4)`,
        [id, target, scores, digest],
      );
    }
    await transitionRun(manager, id, 'starting', { reason: 'admitted', message: '' });
    await transitionRun(manager, id, 'succeeded', { reason: 'completed', message: '' });
    return id;
  });
}

const regressionsOf = async (id: string): Promise<Regression[]> => (await getEvaluation(source.manager, id)).regressions;
const sent = async (type: string): Promise<Record<string, unknown>[]> =>
  (await source.query<{ body: string }[]>('select body from webhook_deliveries where event_type = $1', [type])).map(
    ({ body }) => (JSON.parse(body) as { data: Record<string, unknown> }).data,
  );

describe('against the model that held the alias before', () => {
  it('a result that fell is stored, told once before the end of the stream, and sent', async () => {
    await source.manager.insert(WebhookEndpointEntity, { id: 'whep_x', url: 'http://x.test', secret: 'whsec_x' });
    const [old, worse] = [await aModel(), await aModel()];
    await promote(old);
    const baseline = await evaluate(old.id, { lfw: { accuracy: 0.99, interval: { low: 0.985, high: 0.995, level: 0.95 } } });
    await promote(worse);
    const id = await evaluate(worse.id, { lfw: { accuracy: 0.95 } });
    const expected = {
      ...{ target: 'lfw', metric: 'accuracy', against: 'alias', alias: 'faces@production', changed: ['model'] },
      ...{ baselineModelId: old.id, baselineEvaluationId: baseline, baseline: 0.99, current: 0.95, marginFrom: 'bootstrap' },
      margin: expect.closeTo(0.005, 9) as number,
    };
    expect(await regressionsOf(id)).toEqual([expected]);
    const events = await findRunEvents(source.manager, id, 0);
    expect(events.map(({ type, data }) => [type, data['status']])).toEqual([
      ['transition', 'queued'],
      ['transition', 'starting'],
      ['regressed', undefined],
      ['transition', 'succeeded'],
    ]);
    const told = { evaluationId: id, modelId: worse.id, count: 1, regressions: [expected] };
    expect(await sent('evaluation.regressed')).toEqual([expect.objectContaining(told)]);
    // Once is once: the terminal transition does not happen again.
    await source.transaction((manager) => transitionRun(manager, id, 'succeeded', { reason: 'completed', message: '' }));
    expect(await sent('evaluation.regressed')).toHaveLength(1);
    expect(await regressionsOf(baseline)).toEqual([]);
  });

  it('equal, better and slightly worse results are none', async () => {
    const [old, next] = [await aModel(), await aModel()];
    await promote(old);
    await evaluate(old.id, { lfw: { accuracy: 0.99, interval: { low: 0.985, high: 0.995, level: 0.95 } } });
    await promote(next);
    for (const accuracy of [0.99, 0.995, 0.986]) {
      expect(await regressionsOf(await evaluate(next.id, { lfw: { accuracy } }))).toEqual([]);
    }
  });

  it('only results on the same data, with the same settings, of the last holder count', async () => {
    const [first, old, next] = [await aModel(), await aModel(), await aModel()];
    await promote(first);
    await evaluate(first.id, { lfw: { accuracy: 1 } });
    await promote(old);
    await evaluate(old.id, { lfw: { accuracy: 0.8 } });
    await evaluate(old.id, { lfw: { accuracy: 0.99, digest: DATA[1] } });
    await evaluate(old.id, { lfw: { accuracy: 0.98 } }, { config: { flip: false } });
    await promote(next);
    expect(await regressionsOf(await evaluate(next.id, { lfw: { accuracy: 0.8 }, other: { accuracy: 0.1 } }))).toEqual([]);
    const [found] = await regressionsOf(await evaluate(next.id, { lfw: { accuracy: 0.7 } }));
    expect(found).toMatchObject({ baselineModelId: old.id, baseline: 0.8, marginFrom: 'wilson' });
  });

  it('each alias has its own; a model without an alias, files without an id and canceled evaluations have none', async () => {
    const [old, next, alone] = [await aModel(), await aModel(), await aModel()];
    await evaluate(old.id, { lfw: { accuracy: 0.99 } });
    for (const alias of ['production', 'candidate']) {
      await promote(old, alias);
      await promote(next, alias);
    }
    const id = await evaluate(next.id, { lfw: { accuracy: 0.5 } });
    expect((await regressionsOf(id)).map(({ alias }) => alias)).toEqual(['faces@candidate', 'faces@production']);
    expect(await regressionsOf(await evaluate(alone.id, { lfw: { accuracy: 0.1 } }))).toEqual([]);
    const files = await source.transaction((manager) => {
      const targets = [{ protocol: 'verification' as const, name: 'lfw', path: '/d/lfw.bin' }];
      return createEvaluation(manager, evaluationConfigSchema.parse({ model: { id: null, path: '/m' }, targets }), []);
    });
    await evaluate('', { lfw: { accuracy: 0.1 } }, { id: files });
    expect(await regressionsOf(files)).toEqual([]);
  });

  it('the margin of its schedule stands for the interval', async () => {
    const [old, next] = [await aModel(), await aModel()];
    await promote(old);
    await evaluate(old.id, { lfw: { accuracy: 0.99 } });
    await promote(next);
    const fire = async (margin: Margins) => {
      const evaluation = scheduledEvaluationSchema.parse({
        models: { alias: 'production' },
        targets: [{ protocol: 'verification', name: 'lfw', path: '/d/lfw.bin' }],
      });
      const rules = { overlap: 'replace', missed: 'skip', graceSeconds: 0, margin, pausedAt: null, nextAt: null } as const;
      return source.transaction(async (manager) => {
        const name = newId('sch').slice(4);
        const schedule = await createSchedule(manager, { name, cron: '0 0 * * *', timezone: 'UTC', evaluation, ...rules });
        const now = new Date();
        const made = await performFire(manager, schedule, { scheduledAt: now, trigger: 'manual', reason: 'manual', now });
        expect(made?.evaluations.map(({ modelId }) => modelId)).toEqual([next.id]);
        return made!.evaluations[0]!.id;
      });
    };
    const [wide, narrow] = [await fire({ accuracy: 0.1 }), await fire({ accuracy: 0.0001 })];
    await evaluate(next.id, { lfw: { accuracy: 0.9 } }, { id: wide });
    expect(await regressionsOf(wide)).toEqual([]);
    await evaluate(next.id, { lfw: { accuracy: 0.9898 } }, { id: narrow });
    expect(await regressionsOf(narrow)).toMatchObject([{ marginFrom: 'given', margin: 0.0001 }]);
  });
});

it('an endpoint of one evaluation hears of its regression alone, and of nothing of others', async () => {
  const [old, next] = [await aModel(), await aModel()];
  await promote(old);
  await evaluate(old.id, { lfw: { accuracy: 0.99 } });
  await promote(next);
  const { webhooks } = createEvaluationSchema.parse({
    ...{ model: { id: next.id }, dataset: '/d', targets: ['lfw'] },
    webhooks: [{ url: 'https://own.test', secret: `whsec_${'A'.repeat(43)}=`, events: ['evaluation.regressed'] }],
  });
  const targets = [{ protocol: 'verification' as const, name: 'lfw', path: '/d/lfw.bin' }];
  const config = evaluationConfigSchema.parse({ model: { id: next.id, path: `models/${next.id}` }, targets });
  const endpoints = webhooks.map(({ url, secret, events }) => ({ url, secret: secret!, events: events ?? null }));
  const own = await source.transaction((manager) => createEvaluation(manager, config, endpoints));
  await evaluate(next.id, { lfw: { accuracy: 0.4 } });
  await evaluate(next.id, { lfw: { accuracy: 0.5 } }, { id: own });
  const told = await source.query('select event_type, run_id from webhook_deliveries');
  expect(told).toEqual([{ event_type: 'evaluation.regressed', run_id: own }]);
  expect(await sent('evaluation.regressed')).toMatchObject([{ evaluationId: own, modelId: next.id }]);
});

describe('against its own last result', () => {
  it('other data or another engine is compared, the same is not', async () => {
    const { id: model } = await aModel();
    await evaluate(model, { lfw: { accuracy: 0.99 } });
    expect(await regressionsOf(await evaluate(model, { lfw: { accuracy: 0.5 } }))).toEqual([]);
    const engine = await evaluate(model, { lfw: { accuracy: 0.3 } }, { engine: 'tensorflow' });
    const own = { against: 'itself', alias: null, baselineModelId: model };
    expect(await regressionsOf(engine)).toMatchObject([{ ...own, changed: ['engine'], baseline: 0.5, current: 0.3 }]);
    const data = await evaluate(model, { lfw: { accuracy: 0.1, digest: DATA[1] } }, { engine: 'wasm' });
    expect(await regressionsOf(data)).toMatchObject([{ ...own, changed: ['data', 'engine'], baseline: 0.3, current: 0.1 }]);
    // What was scored before digests were kept says nothing about the data.
    expect(await regressionsOf(await evaluate(model, { lfw: { accuracy: 0.01, digest: null } }))).toEqual([]);
  });
});

it('many regressions make a small message, and are all in the view', async () => {
  await source.manager.insert(WebhookEndpointEntity, { id: 'whep_x', url: 'http://x.test', secret: 'whsec_x' });
  const [old, next] = [await aModel(), await aModel()];
  const scores = (accuracy: number) =>
    Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`${'t'.repeat(60)}${n}`, { accuracy }]));
  await promote(old);
  await evaluate(old.id, scores(0.99));
  await promote(next);
  const id = await evaluate(next.id, scores(0.9));
  expect(await regressionsOf(id)).toHaveLength(64);
  const [data] = await sent('evaluation.regressed');
  expect(data).toMatchObject({ count: 64 });
  expect(data?.['regressions']).toHaveLength(20);
  expect(JSON.stringify(data).length).toBeLessThan(15_000);
});
