import {
  datasetFactsSchema,
  runConfigSchema,
  type DatasetFacts,
  type ErrorCode,
  type RecordBody,
  type TaskResultOf,
} from '#contracts';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  admitRun,
  commitRecords,
  createRun,
  deleteDataset,
  findDatasetFacts,
  getDataset,
  getDatasetDetails,
  getTask,
  listDatasets,
  newId,
  registerDataset,
  requestCancel,
  revalidateDataset,
  transitionRun,
  useDataset,
} from '../index.js';
import { openMigratedDatabase, type MigratedDatabase } from '../testing/migrated-database.js';

let database: MigratedDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await openMigratedDatabase();
  ({ source } = database);
});
beforeEach(() => source.query('truncate runs, datasets, webhook_endpoints, webhook_deliveries cascade'));
afterAll(() => database?.close());

const factsOf = (letter: string, overrides: Partial<DatasetFacts> = {}): DatasetFacts =>
  datasetFactsSchema.parse({
    images: 12,
    identities: 3,
    width: 112,
    height: 112,
    imageBytes: 1000,
    perIdentity: { min: 4, median: 4, max: 4, empty: 0 },
    targets: { lfw: { pairs: 20, same: 10 } },
    digest: letter.repeat(64),
    fingerprint: '1'.repeat(64),
    files: [{ name: 'train.rec', sizeBytes: 1, sha256: null }],
    ...overrides,
  });
const ready = (facts: DatasetFacts): TaskResultOf<'dataset.validate'> => ({
  task: 'dataset.validate',
  facts,
  numProblems: 0,
  problems: [],
});

const register = (name = 'faces', path = '/data/faces'): Promise<string> =>
  source.transaction((manager) =>
    registerDataset(manager, { name, path, kind: 'faces_emore', decode: true, labels: {}, description: '' }),
  );
const read = (id: string) => getDataset(source.manager, id);

/** What a worker says of the validation of a data set. */
async function say(id: string, ...bodies: RecordBody[]): Promise<void> {
  const { taskId: runId } = await read(id);
  const generation = await source.transaction((manager) =>
    admitRun(manager, runId, { worldSize: 1, claimUntil: new Date(Date.now() + 60_000) }),
  );
  const all: RecordBody[] = [{ type: 'rank.claimed', workerId: 'w', slot: 0 }, ...bodies];
  const at = new Date().toISOString();
  const records = all.map((body, seq) => ({ runId, generation: generation!, rank: 0, seq, workerId: 'w', at, body }));
  await source.transaction((manager) => commitRecords(manager, runId, records));
}

async function registerAs(letter: string, name = 'faces', path = '/data/faces'): Promise<string> {
  const id = await register(name, path);
  await say(id, { type: 'task.completed', result: ready(factsOf(letter)) });
  return id;
}

const aRun = (datasetId: string) => {
  const dataset = { path: '/data/faces', datasetId };
  return source.transaction((manager) => createRun(manager, runConfigSchema.parse({ dataset, maxSteps: 3 }), []));
};
const codeOf = (promise: Promise<unknown>): Promise<ErrorCode | null> =>
  promise.then(
    () => null,
    (error: { code: ErrorCode }) => error.code,
  );

describe('a validation', () => {
  it('shows its progress and makes the data set ready', async () => {
    const id = await register();
    const { taskId } = await read(id);
    await say(id, { type: 'task.progress', step: 0, totalSteps: 1 }, { type: 'task.progress', step: 7, totalSteps: 12 });
    expect(await getTask(source.manager, taskId)).toMatchObject({ status: 'running', step: 7, totalSteps: 12 });
    const events: { data: object }[] = await source.query(`select data from run_events where run_id = $1 and type = 'progress'`, [
      taskId,
    ]);
    expect(events).toEqual([{ data: { step: 7, totalSteps: 12 } }]);

    const at = new Date().toISOString();
    const body = { type: 'task.completed', result: ready(factsOf('a')) } as const;
    const record = { runId: taskId, generation: 1, rank: 0, seq: 3, workerId: 'w', at, body };
    await source.transaction((manager) => commitRecords(manager, taskId, [record]));
    expect(await read(id)).toMatchObject({ state: 'ready', digest: 'a'.repeat(64), facts: { images: 12 }, problems: [] });
    expect(await getTask(source.manager, taskId)).toMatchObject({ step: 12, totalSteps: 12 });
  });

  it('that finds problems leaves it invalid, and registered endpoints hear of both', async () => {
    await source.query(
      `insert into webhook_endpoints (id, run_id, url, secret, events) values ($1, null, 'http://a.test', 'whsec_x', null)`,
      [newId('whep')],
    );
    const broken = await register();
    const problems = [{ where: 'train.rec (key 3)', message: 'damage: no' }];
    await say(broken, { type: 'task.completed', result: { task: 'dataset.validate', facts: null, numProblems: 1, problems } });
    expect(await read(broken)).toMatchObject({ state: 'invalid', facts: null, digest: null, numProblems: 1, problems });
    const sound = await registerAs('a');
    const rows: { event_type: string; body: string }[] = await source.query(
      'select event_type, body from webhook_deliveries order by created_at',
    );
    expect(rows.map(({ event_type, body }) => [event_type, (JSON.parse(body) as { data: object }).data])).toEqual([
      ['dataset.invalid', expect.objectContaining({ datasetId: broken, state: 'invalid', numProblems: 1 })],
      ['dataset.ready', expect.objectContaining({ datasetId: sound, ref: `faces@${'a'.repeat(64)}`, images: 12 })],
    ]);
  });

  it('that fails or is canceled leaves it failed, and it can be validated again', async () => {
    const id = await register();
    const { taskId } = await read(id);
    await say(id, { type: 'task.progress', step: 0, totalSteps: 1 });
    await source.transaction((manager) => requestCancel(manager, taskId));
    expect((await read(id)).state).toBe('validating');
    await source.transaction((manager) =>
      transitionRun(manager, taskId, 'canceled', { reason: 'canceled_by_user', message: '' }),
    );
    expect(await read(id)).toMatchObject({
      state: 'failed',
      problems: [{ where: taskId, message: 'the validation was canceled' }],
    });

    expect(await source.transaction((manager) => revalidateDataset(manager, id))).toBe(id);
    expect(await codeOf(source.transaction((manager) => revalidateDataset(manager, id)))).toBe('conflict');
    await say(id, { type: 'task.completed', result: ready(factsOf('b')) });
    expect((await read(id)).state).toBe('ready');
  });

  it('whose result comes late changes nothing', async () => {
    const id = await register();
    const { taskId } = await read(id);
    await source.transaction((manager) =>
      transitionRun(manager, taskId, 'canceled', { reason: 'canceled_by_user', message: '' }),
    );
    await source.transaction((manager) => revalidateDataset(manager, id));
    const [{ n }] = await source.query<[{ n: number }]>('select count(*)::int as n from runs where id = $1', [taskId]);
    expect(n).toBe(1);
    // The first task is over: only the second one is listened to.
    await source.query(`update runs set status = 'running', generation = 1 where id = $1`, [taskId]);
    await source.query(
      `insert into generations (run_id, generation, world_size, start_step, state) values ($1, 1, 1, 0, 'running')`,
      [taskId],
    );
    await source.query(`insert into ranks (run_id, generation, rank, worker_id, committed_seq) values ($1, 1, 0, 'w', 0)`, [
      taskId,
    ]);
    const body = { type: 'task.completed', result: ready(factsOf('c')) } as const;
    const record = { runId: taskId, generation: 1, rank: 0, seq: 1, workerId: 'w', at: new Date().toISOString(), body };
    await source.transaction((manager) => commitRecords(manager, taskId, [record]));
    expect(await read(id)).toMatchObject({ state: 'validating', digest: null });
  });
});

describe('the same images twice', () => {
  it('are one version, which lies where it was seen last', async () => {
    const first = await registerAs('a');
    const second = await registerAs('a', 'faces', '/data/moved');
    expect(await read(second)).toMatchObject({ state: 'duplicate', duplicateOf: first });
    expect(await read(first)).toMatchObject({ state: 'ready', path: '/data/moved' });
    const used = await source.transaction((manager) => useDataset(manager, second, '/dataset'));
    expect(used).toMatchObject({ datasetId: first, ref: `faces@${'a'.repeat(64)}`, path: '/data/moved' });
    expect((await read(await registerAs('a', 'others'))).state).toBe('ready');
  });

  it('are one version also when both validations end at once', async () => {
    for (let round = 0; round < 5; round++) {
      const letter = 'abcde'[round]!;
      const ids = await Promise.all([register(), register(), register()]);
      await Promise.all(ids.map((id) => say(id, { type: 'task.completed', result: ready(factsOf(letter)) })));
      const states = await Promise.all(ids.map(read));
      expect(states.map(({ state }) => state).sort()).toEqual(['duplicate', 'duplicate', 'ready']);
      const version = states.find(({ state }) => state === 'ready')!.id;
      for (const { state, duplicateOf } of states) expect(duplicateOf).toBe(state === 'ready' ? null : version);
    }
  });
});

describe('a reference', () => {
  it('is an id, a name or the first digits of a digest', async () => {
    const first = await registerAs('a');
    const second = await registerAs('b');
    const idOf = async (ref: string) => (await getDatasetDetails(source.manager, ref)).id;
    expect(await idOf(first)).toBe(first);
    expect(await idOf('faces')).toBe(second);
    expect(await idOf('faces@aaaaaaaa')).toBe(first);
    expect(await idOf(`faces@${'b'.repeat(64)}`)).toBe(second);
    expect(await codeOf(idOf('faces@cccccccc'))).toBe('not_found');
    expect(await codeOf(idOf('nobody'))).toBe('not_found');
    // Seen again, the first is the newest.
    await registerAs('a');
    expect(await idOf('faces')).toBe(first);
    await expect(findDatasetFacts(source.manager, 'faces')).resolves.toMatchObject({ images: 12, identities: 3 });
  });

  it('that could mean two is refused', async () => {
    const ids = await Promise.all([register(), register()]);
    const digests = ['b', 'c'].map((end) => `${'a'.repeat(63)}${end}`);
    for (const [i, digest] of digests.entries()) {
      await say(ids[i]!, { type: 'task.completed', result: ready(factsOf('a', { digest })) });
    }
    expect(await codeOf(getDatasetDetails(source.manager, 'faces@aaaaaaaa'))).toBe('conflict');
    expect((await getDatasetDetails(source.manager, `faces@${digests[1]}`)).id).toBe(ids[1]);
  });

  it('of a run must name what is ready, and says why it does not', async () => {
    const id = await register();
    const use = (ref: string) => source.transaction((manager) => useDataset(manager, ref, '/dataset'));
    await expect(use(id)).rejects.toThrow(/is being validated by tsk_/);
    await expect(use('faces')).rejects.toThrow(/No version of faces is ready; the newest, dts_\w+, is validating/);
    await expect(use('nobody')).rejects.toMatchObject({ code: 'dataset_not_found' });
  });
});

describe('deletion', () => {
  it('is refused while a run is not over, and takes duplicates along', async () => {
    const id = await registerAs('a');
    const copy = await registerAs('a');
    const run = await aRun(id);
    const remove = () => source.transaction((manager) => deleteDataset(manager, id));
    await expect(remove()).rejects.toMatchObject({ code: 'conflict', details: { users: [run] } });
    expect((await getDatasetDetails(source.manager, id)).runs).toMatchObject([{ id: run, kind: 'training', status: 'queued' }]);
    await source.transaction((manager) => transitionRun(manager, run, 'canceled', { reason: 'canceled_by_user', message: '' }));
    await remove();
    expect(await codeOf(read(id))).toBe('not_found');
    expect(await codeOf(read(copy))).toBe('not_found');
    const waiting = await register();
    expect(await codeOf(source.transaction((manager) => deleteDataset(manager, waiting)))).toBe('conflict');
  });

  it('and a run that is made meanwhile: one of the two is refused', async () => {
    for (let round = 0; round < 8; round++) {
      const id = await registerAs('a');
      const making = source.transaction(async (manager) => {
        const { facts: _, ...dataset } = await useDataset(manager, id, '/dataset');
        return createRun(manager, runConfigSchema.parse({ dataset, maxSteps: 3 }), []);
      });
      const deleting = source.transaction((manager) => deleteDataset(manager, id));
      const [made, deleted] = await Promise.all([codeOf(making), codeOf(deleting)]);
      expect([
        ['dataset_not_found', null],
        [null, 'conflict'],
      ]).toContainEqual([made, deleted]);
      await source.query('truncate runs, datasets cascade');
    }
  });
});

it('lists by name, state and label, page by page', async () => {
  const ids: string[] = [];
  for (const name of ['a', 'b', 'b', 'c']) ids.push(await register(name));
  for (const [i, id] of ids.entries()) {
    await source.query('update datasets set created_at = $2 where id = $1', [id, new Date(Date.UTC(2026, 0, 1 + i))]);
  }
  await source.query(`update datasets set labels = '{"team": "x", "more": "y"}' where id = any($1)`, [[ids[1], ids[3]]]);
  const list = async (options: Partial<Parameters<typeof listDatasets>[1]>) =>
    (await listDatasets(source.manager, { limit: 10, ...options })).datasets.map(({ id }) => id);
  expect(await list({})).toEqual(ids.toReversed());
  expect(await list({ name: 'b' })).toEqual([ids[2], ids[1]]);
  expect(await list({ labels: { team: 'x' } })).toEqual([ids[3], ids[1]]);
  expect(await list({ labels: { team: 'x', more: 'z' } })).toEqual([]);
  expect(await list({ states: ['ready'] })).toEqual([]);
  const first = await listDatasets(source.manager, { limit: 3 });
  const second = await listDatasets(source.manager, { limit: 3, after: first.next! });
  expect([...first.datasets, ...second.datasets].map(({ id }) => id)).toEqual(ids.toReversed());
  expect(second.next).toBeNull();
});
