import {
  createEvaluationSchema,
  createScheduleSchema,
  datasetFactsSchema,
  type ArcFleetError,
  type DatasetFacts,
  type FireView,
} from '#contracts';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createSchedule,
  DatasetEntity,
  deleteDataset,
  getEvaluation,
  getModel,
  ModelEntity,
  newId,
  performFire,
  pinEvaluationData,
  deleteModel,
  setAlias,
  type StoredSchedule,
} from '../index.js';
import { openMigratedDatabase, type MigratedDatabase } from '../testing/migrated-database.js';

let database: MigratedDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await openMigratedDatabase();
  ({ source } = database);
});
beforeEach(() => source.query('truncate runs, models, datasets, schedules cascade'));
afterAll(() => database?.close());

const factsOf = (digest: string, targets: readonly string[]): DatasetFacts =>
  datasetFactsSchema.parse({
    ...{ images: 12, identities: 3, width: 112, height: 112, imageBytes: 1000, digest, fingerprint: '1'.repeat(64) },
    perIdentity: { min: 4, median: 4, max: 4, empty: 0 },
    targets: Object.fromEntries(targets.map((name) => [name, { pairs: 20, same: 10 }])),
    files: [{ name: 'train.rec', sizeBytes: 1, sha256: null }],
  });

let validated = Date.UTC(2026, 0, 1);
/** A version that is ready, newer than those before it. */
async function aDataset(
  letter: string,
  { name = 'faces', targets = ['lfw', 'cfp_fp'], ...overrides }: Partial<DatasetEntity> & { targets?: string[] } = {},
): Promise<string> {
  const id = newId('dts');
  const digest = letter.repeat(64);
  await source.manager.insert(DatasetEntity, {
    ...{ id, name, state: 'ready', path: `/data/${letter}`, kind: 'faces_emore', decode: true, labels: {}, description: '' },
    ...{ taskId: 'tsk_x', problems: [], facts: factsOf(digest, targets), digest, validatedAt: new Date((validated += 1_000)) },
    ...overrides,
  });
  return id;
}

async function aModel(): Promise<string> {
  const id = newId('mdl');
  const facts = { step: null, runId: null, generation: null, files: [], accuracies: [], isBest: false, isLast: true };
  const row = { id, name: id.slice(4), version: 1, folder: `models/${id}`, source: 'import' as const };
  await source.manager.insert(ModelEntity, { ...facts, ...row });
  return id;
}

function aSchedule(dataset: string, more: Record<string, unknown> = {}): Promise<StoredSchedule> {
  const { paused: _, ...fields } = createScheduleSchema.parse({
    name: newId('sch').slice(4),
    cron: '0 3 * * *',
    overlap: 'replace',
    evaluation: { models: { all: true }, dataset, ...more },
  });
  return source.transaction((manager) => createSchedule(manager, { ...fields, pausedAt: null, nextAt: null }));
}

const fire = async (schedule: StoredSchedule): Promise<FireView> => {
  const now = new Date();
  const made = await source.transaction((manager) =>
    performFire(manager, schedule, { scheduledAt: now, trigger: 'manual', reason: 'manual', now }),
  );
  return made!;
};
const configOf = async ({ evaluations }: FireView) => (await getEvaluation(source.manager, evaluations[0]!.id)).config;
const remove = (id: string) => source.transaction((manager) => deleteDataset(manager, id));
const usersOf = (id: string): Promise<unknown> =>
  remove(id).then(
    () => [],
    (error: ArcFleetError) => error.details?.['users'],
  );

describe('a schedule on a registered data set', () => {
  it('takes the version that its reference means then, with all sets inside, and pins it', async () => {
    const model = await aModel();
    const old = await aDataset('a', { targets: ['lfw'] });
    const schedule = await aSchedule('faces');
    expect(await configOf(await fire(schedule))).toMatchObject({
      model: { id: model },
      dataset: { datasetId: old, ref: `faces@${'a'.repeat(64)}`, digest: 'a'.repeat(64), path: '/data/a' },
      targets: [{ protocol: 'verification', name: 'lfw', path: '/data/a/lfw.bin' }],
    });
    const next = await aDataset('b', { targets: ['lfw', 'agedb_30'] });
    const second = await fire(schedule);
    expect(await configOf(second)).toMatchObject({
      dataset: { datasetId: next },
      targets: [{ name: 'lfw' }, { name: 'agedb_30' }],
    });
    const rows = await source.query('select dataset_id from runs where id = $1', [second.evaluations[0]!.id]);
    expect(rows).toEqual([{ dataset_id: next }]);
    // A digest means one version whatever comes later.
    expect(await configOf(await fire(await aSchedule('faces@aaaaaaaa', { targets: ['lfw'] })))).toMatchObject({
      dataset: { datasetId: old },
    });
  });

  it.each<[string, () => Promise<unknown>, string, Record<string, unknown>, RegExp]>([
    ['is not there', () => Promise.resolve(), 'faces', {}, /There is no data set faces/],
    [
      'is not ready',
      () => aDataset('a', { state: 'invalid', facts: null, digest: null }),
      'faces',
      {},
      /No version of faces is ready/,
    ],
    [
      'lacks a set',
      () => aDataset('a'),
      'faces',
      { targets: ['lfw', 'ijbb'] },
      /\/targets\/1: is no verification set of faces@a+; it has lfw, cfp_fp/,
    ],
    ['has none', () => aDataset('a', { targets: [] }), 'faces', {}, /no verification set inside/],
    [
      'has too many',
      () => aDataset('a', { targets: Array.from({ length: 65 }, (_, n) => `t${n}`) }),
      'faces',
      {},
      /has 65 verification sets/,
    ],
    ['has a name that leads elsewhere', () => aDataset('a', { targets: ['../../etc/x'] }), 'faces', {}, /cannot be a target/],
    [
      'may be one of two',
      async () => {
        for (const end of 'bc') {
          const digest = `${'a'.repeat(63)}${end}`;
          await aDataset('a', { digest, facts: factsOf(digest, ['lfw']) });
        }
      },
      'faces@aaaaaaaa',
      {},
      /give more digits/,
    ],
  ])('that %s starts nothing and says why, and fires once that is mended', async (_, prepare, ref, more, message) => {
    await aModel();
    await prepare();
    const schedule = await aSchedule(ref, more);
    const skipped = await fire(schedule);
    expect(skipped).toMatchObject({ outcome: 'skipped', reason: 'no_dataset', evaluations: [] });
    expect(skipped.message).toMatch(message);
    expect(await source.query('select id from runs')).toEqual([]);
    await source.query('truncate datasets');
    await aDataset('a', { targets: ['lfw', 'ijbb'] });
    expect(await fire(schedule)).toMatchObject({ outcome: 'started', evaluations: [{ status: 'queued' }] });
  });

  it('looks for models first: without one the data does not matter', async () => {
    expect(await fire(await aSchedule('nobody'))).toMatchObject({ outcome: 'skipped', reason: 'no_models' });
  });

  it('fires on data that is being deleted, or not at all', async () => {
    for (let round = 0; round < 6; round++) {
      await aModel();
      const id = await aDataset('a');
      const schedule = await aSchedule('faces');
      // As if it had named another one when the deletion looked.
      await source.query('update schedules set evaluation = jsonb_set(evaluation, $1, $2)', ['{ref}', '"other"']);
      const [made, left] = await Promise.all([fire(schedule), usersOf(id)]);
      const isThere = (await source.query<unknown[]>('select from datasets where id = $1', [id])).length === 1;
      expect([made.outcome, made.reason, isThere, left]).toEqual(
        isThere ? ['started', 'manual', true, [made.evaluations[0]!.id]] : ['skipped', 'no_dataset', false, []],
      );
      await source.query('truncate runs, models, schedules, datasets cascade');
    }
  });
});

describe('a data set is not deleted', () => {
  it('while a schedule names it by id, by digest, or by the name of its last version', async () => {
    const id = await aDataset('a');
    const byId = await aSchedule(id);
    expect(await usersOf(id)).toEqual([byId.id]);
    await source.query('truncate schedules cascade');
    const byDigest = await aSchedule('faces@aaaaaaaa');
    expect(await usersOf(id)).toEqual([byDigest.id]);
    await source.query('truncate schedules cascade');
    const byName = await aSchedule('faces');
    expect(await usersOf(id)).toEqual([byName.id]);
    // Another version stands for the name.
    const next = await aDataset('b');
    expect(await usersOf(id)).toEqual([]);
    expect(await usersOf(next)).toEqual([byName.id]);
  });

  it('while a schedule names a duplicate of it, which would go along', async () => {
    const id = await aDataset('a');
    const copy = await aDataset('a', { state: 'duplicate', duplicateOf: id });
    const schedule = await aSchedule(copy);
    expect(await usersOf(id)).toEqual([schedule.id]);
  });

  it('for another name that only looks like it: an underscore is no wildcard', async () => {
    const id = await aDataset('a', { name: 'my_faces' });
    await aDataset('a', { name: 'my-faces' });
    await aSchedule('my-faces@aaaaaaaa');
    expect(await usersOf(id)).toEqual([]);
  });

  it('but what no schedule could use is: a duplicate by another way, and one that is invalid', async () => {
    const id = await aDataset('a');
    await aSchedule('faces@aaaaaaaa');
    expect(await usersOf(await aDataset('a', { state: 'duplicate', duplicateOf: id }))).toEqual([]);
    await aSchedule('broken');
    expect(await usersOf(await aDataset('c', { name: 'broken', state: 'invalid', facts: null, digest: null }))).toEqual([]);
  });
});

describe('a model is not deleted', () => {
  it('while a schedule names it by id; by label or all it is only left out', async () => {
    const id = await aModel();
    const named = await aSchedule('faces', { models: { ids: [id] } });
    await aSchedule('faces', { models: { all: true } });
    const removal = () => source.transaction(async (manager) => deleteModel(manager, await getModel(manager, id, 'update')));
    await expect(removal()).rejects.toMatchObject({ code: 'conflict', details: { uses: [{ kind: 'schedule', id: named.id }] } });
    await source.query('delete from schedules where id = $1', [named.id]);
    await removal();
  });

  it('while an alias that a schedule goes by points at it', async () => {
    const id = await aModel();
    const model = { id, name: id.slice(4), version: 1 };
    await source.transaction((manager) =>
      setAlias(manager, { model, alias: 'production', actor: 'test', check: () => undefined }),
    );
    await aSchedule('faces', { models: { alias: 'production' } });
    const removal = source.transaction(async (manager) => deleteModel(manager, await getModel(manager, id, 'update')));
    await expect(removal).rejects.toMatchObject({ code: 'conflict', details: { uses: [{ kind: 'alias' }] } });
  });
});

it('what a client asks for itself is refused by field', async () => {
  await aDataset('a');
  const pin = (dataset: string, targets?: string[]) => {
    const { ref, targets: wanted } = createEvaluationSchema.parse({
      model: { path: '/m' },
      dataset,
      ...(targets ? { targets } : {}),
    });
    return source.transaction((manager) => pinEvaluationData(manager, { ref, targets: wanted }));
  };
  const pointerOf = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      ({ code, details }: ArcFleetError) => [code, (details?.['fieldErrors'] as { pointer: string }[])[0]!.pointer],
    );
  expect(await pointerOf(pin('faces'))).toBeNull();
  expect(await pointerOf(pin('nobody'))).toEqual(['dataset_not_found', '/dataset']);
  expect(await pointerOf(pin('faces', ['lfw', 'ijbb']))).toEqual(['validation_failed', '/targets/1']);
  const whole = await pin('/plain/folder', ['lfw']);
  expect(whole).toEqual({ targets: [{ protocol: 'verification', name: 'lfw', path: '/plain/folder/lfw.bin' }] });
});
