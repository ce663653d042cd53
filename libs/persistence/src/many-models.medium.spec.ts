import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  deleteModel,
  getAlias,
  listModels,
  removeDeletedModels,
  resolveModel,
  setAlias,
  withDetails,
  type ModelFilter,
} from './index.js';
import { openMigratedDatabase, type MigratedDatabase } from './testing/migrated-database.js';
import { plansOf } from './testing/query-plans.js';

/** 1,000 names with 100 versions each; every name has a model in production, nine of ten models are of one network. */
const NUM_MODELS = 100_000;
const ROWS = `
  insert into models (id, run_id, generation, step, folder, files, accuracies, is_best, is_last, created_at, name, version, labels,
                      state, source, network, embedding_size, format, deleted_at, files_gone_at)
  select 'mdl_' || lpad(n::text, 20, '0'), 'run_' || lpad(n::text, 20, '0'), 1, 10, 'runs/run_' || n || '/model/g1-s10', '[]', '[]',
         n % 10 = 0, true, timestamptz '2026-01-01' + n * interval '1 minute', 'name-' || n % 1000, n / 1000 + 1,
         jsonb_build_object('team', 't1', 'week', 'w' || n % 500), 'ready', 'run', case when n % 10 = 0 then 'r50' else 'y1' end, 512,
         'arcfleet', case when n % 50 = 7 then timestamptz '2026-06-01' end, case when n % 50 = 7 then timestamptz '2026-06-01' end
    from generate_series(0, $1::int - 1) as n`;
const ALIASES = `
  insert into model_aliases (name, alias, number, model_id, since, set_by)
  select m.name, 'production', 1, m.id, m.created_at, 'key' from models m where m.version = 90 and m.deleted_at is null`;

let database: MigratedDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await openMigratedDatabase();
  ({ source } = database);
  await source.query('alter table models disable trigger all').catch(() => undefined);
  await source.query(ROWS, [NUM_MODELS]);
  await source.query(ALIASES);
  await source.query('vacuum analyze models');
  await source.query('vacuum analyze model_aliases');
}, 120_000);
afterAll(() => database?.close());

/** Pages of 8 kB that all statements together looked at; the table has some 4,000. */
async function blocksOf(work: (manager: EntityManager) => Promise<unknown>): Promise<number> {
  const plans = await plansOf(source, work);
  expect(plans.length).toBeGreaterThan(0);
  for (const { sql, scannedTables } of plans) {
    expect(scannedTables, sql).not.toContain('models');
  }
  return plans.reduce((sum, { blocks }) => sum + blocks, 0);
}

const middle = {
  createdAt: new Date(Date.UTC(2026, 0, 1) + 50_001 * 60_000),
  id: `mdl_${'50001'.padStart(20, '0')}`,
};

it.each<[string, ModelFilter]>([
  ['all', {}],
  ['one name', { name: 'name-8' }],
  ['a common network', { network: 'y1' }],
  ['a rarer one', { network: 'r50' }],
  ['a state that all have', { state: 'ready' }],
  ['a state that none has', { state: 'failed' }],
  ['the best', { best: true }],
  ['one run', { runId: `run_${'123'.padStart(20, '0')}` }],
  ['a label that all have', { labels: { team: 't1' } }],
  ['a label that few have', { labels: { week: 'w3' } }],
  ['a label that none has', { labels: { week: 'none' } }],
  ['a common and a rare label', { labels: { team: 't1', week: 'w3' } }],
  ['an alias of one name', { alias: 'production', name: 'name-8' }],
])('a page of %s looks at few of 100,000 models', async (what, filter) => {
  for (const after of [null, middle]) {
    const blocks = await blocksOf((manager) => listModels(manager, { ...filter, limit: 20, ...(after && { after }) } as never));
    expect(blocks, what).toBeLessThan(1_500);
  }
});

it('a page of an alias that all names have looks at each of its 980 holders once', async () => {
  expect(await blocksOf((manager) => listModels(manager, { alias: 'production', limit: 20 }))).toBeLessThan(980 * 4);
});

it('finds, names, shows and deletes one model of 100,000 by its indexes', async () => {
  const blocks = await blocksOf(async (manager) => {
    const model = await resolveModel(manager, 'name-8@production', 'update');
    await withDetails(manager, await resolveModel(manager, 'name-8@90'));
    await getAlias(manager, 'name-8', 'production');
    await setAlias(manager, { model, alias: 'canary', actor: 'key', check: () => undefined });
    await deleteModel(manager, await resolveModel(manager, 'name-8@5', 'update'));
    await removeDeletedModels(manager, new Date());
  });
  expect(blocks).toBeLessThan(600);
});
