import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type Fresh } from '#test-support';
import { runConfigSchema } from '#contracts';
import { CHANNELS, createDataSource, findRunEvents, isSchemaCurrent, newId, runMigrations, startListener } from './index.js';
import { ModelEntity, RankEntity, RunEntity, transitionRun, WebhookDeliveryEntity, WebhookEndpointEntity } from './index.js';

let database: Fresh;
let source: DataSource;

beforeAll(async () => {
  database = await freshDatabase();
  source = await createDataSource(database.url).initialize();
});

afterAll(async () => {
  await source?.destroy();
  await database?.release();
});

const config = runConfigSchema.parse({ dataset: { path: '/data' }, maxSteps: 10 });

async function aRun(): Promise<string> {
  const id = newId('run');
  await source.manager.insert(RunEntity, { id, config, status: 'queued', reason: 'created', message: '' });
  return id;
}

const migrationNames = () => source.migrations.map(({ name }) => name);

/** Undoes all migrations after the one of that name; null: all. */
async function undoTo(name: string | null): Promise<void> {
  const rows: { name: string }[] = await source.query('select name from migrations order by id desc');
  for (const applied of rows) {
    if (applied.name === name) return;
    await source.undoLastMigration();
  }
}

describe('migrations', () => {
  it('run once when three processes migrate at the same time, and leave nothing to do', async () => {
    expect(await isSchemaCurrent(source)).toBe(false);
    const others = await Promise.all([createDataSource(database.url).initialize(), createDataSource(database.url).initialize()]);
    const applied = await Promise.all([source, ...others].map((each) => runMigrations(each)));
    await Promise.all(others.map((other) => other.destroy()));
    expect(applied.flat()).toEqual(migrationNames());
    expect(applied.flat()).toContain('Evaluations1764200000000');
    expect(await isSchemaCurrent(source)).toBe(true);
  });

  it('agree with the entities: the schema builder would change nothing', async () => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map((query) => query.query)).toEqual([]);
  });

  it('can be undone and done again', async () => {
    await undoTo(null);
    const tables: unknown[] = await source.query(
      `select from pg_tables where schemaname = 'public' and tablename <> 'migrations'`,
    );
    expect(tables).toHaveLength(0);
    expect(await runMigrations(source)).toEqual(migrationNames());
  });

  it('bring a database of the first one up to date and back: a model that was there stays', async () => {
    await undoTo('CreateTables1764000000000');
    const model = { step: 10, folder: 'runs/run_old/model/g1-s10', files: [{ path: 'model.json', sizeBytes: 2, sha256: 'ab' }] };
    await source.query(
      `insert into runs (id, config, status, reason, message, generation, model)
       values ('run_old', $1, 'succeeded', 'done', '', 2, $2), ('run_none', $1, 'queued', 'created', '', 0, null)`,
      [JSON.stringify(config), JSON.stringify(model)],
    );
    await source.query(
      `insert into generations (run_id, generation, world_size, start_step, state) values ('run_old', 2, 1, 0, 'ended')`,
    );
    await source.query(`insert into ranks (run_id, generation, rank, outcome) values ('run_old', 2, 0, 'succeeded')`);

    expect(await runMigrations(source)).toEqual(migrationNames().slice(1));
    const entry = { ...model, generation: 1, accuracies: [], isBest: false, isLast: true };
    const registered = { name: 'y1', version: 1, state: 'ready', source: 'run', labels: {}, revision: 1, filesGoneAt: null };
    const facts = { network: 'y1', embeddingSize: config.network.embeddingSize, deletedAt: null, ...registered };
    const stored = await source.manager.findOneByOrFail(ModelEntity, { runId: 'run_old' });
    expect(stored).toMatchObject({ ...entry, ...facts });
    expect(stored.id).toMatch(/^mdl_[0-9a-z]{20}$/);
    expect(await source.manager.countBy(ModelEntity, { runId: 'run_none' })).toBe(0);
    expect(await source.manager.findOneByOrFail(RunEntity, { id: 'run_old' })).toMatchObject({
      kind: 'training',
      totalSteps: null,
    });
    expect(await source.manager.findOneByOrFail(RankEntity, { runId: 'run_old' })).toMatchObject({ message: null });

    const kept = { ...entry, step: 5, folder: 'runs/run_old/model/g1-s5', isBest: true, isLast: false };
    const rows = { runId: 'run_old', name: 'y1', network: 'y1', embeddingSize: 512 };
    const before = new Date(stored.createdAt.getTime() - 1);
    await source.manager.insert(ModelEntity, [
      { ...kept, ...rows, id: newId('mdl'), version: 2, createdAt: before },
      { ...kept, ...rows, id: newId('mdl'), version: 3, createdAt: before, deletedAt: new Date() },
    ]);
    // What no run has made goes with the schema that has a place for it.
    const imported = { ...kept, runId: null, generation: null, step: null, source: 'import' as const, folder: 'models/x' };
    await source.manager.insert(ModelEntity, { ...imported, id: newId('mdl'), name: 'mine', version: 1 });
    await source.query(
      `insert into runs (id, kind, config, status, reason, message) values ('evl_x', 'evaluation', '{}', 'queued', '', '')`,
    );
    await undoTo('KeepModels1764100000000');
    expect(await source.query('select id, models from runs order by id')).toEqual([
      { id: 'run_none', models: [] },
      { id: 'run_old', models: [kept, entry] },
    ]);
    await source.undoLastMigration();
    expect(await source.query('select id, model from runs order by id')).toEqual([
      { id: 'run_none', model: null },
      { id: 'run_old', model },
    ]);
    await runMigrations(source);
    await source.query(`delete from runs`);
  });
});

describe('transitionRun', () => {
  it('writes status, event and matching deliveries in one transaction', async () => {
    const id = await aRun();
    const endpoint = { runId: id, url: 'https://receiver.test/hook', secret: 'whsec_x' };
    await source.manager.insert(WebhookEndpointEntity, [
      { ...endpoint, id: newId('whep') },
      { ...endpoint, id: newId('whep'), events: ['run.failed'] },
      { ...endpoint, id: newId('whep'), disabledAt: new Date(), disabledReason: 'gone' },
    ]);
    await source.transaction(async (manager) => {
      await transitionRun(manager, id, 'starting', { reason: 'admitted', message: 'has slots' });
      await transitionRun(manager, id, 'running', { reason: 'training', message: '' });
    });
    const run = await source.manager.findOneByOrFail(RunEntity, { id });
    expect(run).toMatchObject({ status: 'running', reason: 'training', eventSeq: 2, finishedAt: null });
    expect(run.admittedAt).toBeInstanceOf(Date);
    expect((await findRunEvents(source.manager, id, 1)).map((event) => event.data['status'])).toEqual(['running']);
    const deliveries = await source.manager.findBy(WebhookDeliveryEntity, { runId: id });
    expect(deliveries.map((delivery) => delivery.eventType)).toEqual(['run.started']);
    expect(JSON.parse(deliveries[0]?.body ?? '')).toMatchObject({ type: 'run.started', data: { runId: id, status: 'running' } });
  });

  it('leaves nothing behind when the transaction fails', async () => {
    const id = await aRun();
    const failing = source.transaction(async (manager) => {
      await transitionRun(manager, id, 'failed', { reason: 'non_finite', message: 'step 3' });
      throw new Error('after');
    });
    await expect(failing).rejects.toThrow('after');
    expect(await findRunEvents(source.manager, id, 0)).toEqual([]);
    expect(await source.manager.findOneByOrFail(RunEntity, { id })).toMatchObject({ status: 'queued', eventSeq: 0 });
  });

  it('never leaves a terminal state, and lets one of two concurrent deciders win', async () => {
    const id = await aRun();
    const details = { reason: 'worker_lost', message: '' } as const;
    const results = await Promise.all(
      (['failed', 'canceled'] as const).map((to) => source.transaction((manager) => transitionRun(manager, id, to, details))),
    );
    expect(results.filter((result) => result.applied)).toHaveLength(1);
    const late = await source.transaction((manager) => transitionRun(manager, id, 'running', details));
    expect(late.applied).toBe(false);
    expect((await findRunEvents(source.manager, id, 0)).length).toBe(1);
  });

  it('names a run that does not exist', async () => {
    await expect(transitionRun(source.manager, 'run_none', 'failed', { reason: 'internal', message: '' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('startListener', () => {
  it('hears an event after its commit, also when its connection was cut', async () => {
    const heard: (string | null)[] = [];
    let wake: () => void = () => undefined;
    const until = async (wanted: string | null): Promise<void> => {
      while (!heard.includes(wanted)) await new Promise<void>((resolve) => (wake = resolve));
    };
    const listener = startListener(database.url, [CHANNELS.events], {
      onNotify: (_, payload) => (heard.push(payload), wake()),
      reconnectMs: 10,
    });
    try {
      await listener.ready;
      heard.length = 0;
      await source.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'arcfleet-listener' and datname = current_database()`);
      await until(null);
      const id = await aRun();
      await source.transaction((manager) => transitionRun(manager, id, 'starting', { reason: 'admitted', message: '' }));
      await until(id);
      expect(heard).toContain(id);
    } finally {
      await listener.close();
    }
  });
});
