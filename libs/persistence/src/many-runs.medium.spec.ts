import { runConfigSchema } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cancelWaitingRuns,
  claimDeliveries,
  createRun,
  editRun,
  findLiveGenerations,
  findQueuedRuns,
  getRun,
  listRuns,
  listSpeeds,
  lockRunForEdit,
  once,
  requestCancel,
  type RunFilters,
} from './index.js';
import { openMigratedDatabase, type MigratedDatabase } from './testing/migrated-database.js';
import { NUM_QUEUED, NUM_RUNS, writeManyRuns } from './testing/many-runs.js';
import { plansOf } from './testing/query-plans.js';

let database: MigratedDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await openMigratedDatabase();
  ({ source } = database);
  await writeManyRuns(source);
}, 120_000);
afterAll(() => database?.close());

const idOf = (n: number): string => `run_${String(n).padStart(20, '0')}`;
const config = runConfigSchema.parse({ dataset: { path: '/data' }, maxSteps: 10, labels: { team: 't1' } });
const half = NUM_RUNS / 2;
const middle = { createdAt: new Date(Date.UTC(2026, 0, 1) + half * 60_000), id: idOf(half) };
/** Tables of a few rows are read whole, and rightly so. */
const LARGE = [
  'runs',
  'run_labels',
  'run_events',
  'generations',
  'ranks',
  'webhook_deliveries',
  'webhook_endpoints',
  'idempotency_keys',
];

/** Pages that all statements together looked at; none of them may read a large table from end to end. */
async function blocksOf(name: string, work: (manager: EntityManager) => Promise<unknown>): Promise<number> {
  const plans = await plansOf(source, work);
  expect(plans.length, name).toBeGreaterThan(0);
  for (const { sql, scannedTables } of plans)
    expect(
      scannedTables.filter((table) => LARGE.includes(table)),
      sql,
    ).toEqual([]);
  const blocks = plans.reduce((sum, plan) => sum + plan.blocks, 0);
  if (process.env['ARCFLEET_SHOW_PLANS']) {
    const ms = plans.reduce((sum, plan) => sum + plan.ms, 0).toFixed(1);
    console.log(`| ${name} | ${[...new Set(plans.flatMap(({ indexes }) => indexes))].join(', ')} | ${blocks} | ${ms} ms |`);
  }
  return blocks;
}

describe('with many runs', () => {
  it.each<[string, RunFilters]>([
    ['none', {}],
    ['status', { statuses: ['succeeded'] }],
    ['status, rare', { statuses: ['failed'] }],
    ['status, none has it', { statuses: ['canceling'] }],
    ['all statuses', { statuses: ['queued', 'starting', 'running', 'succeeded', 'failed', 'canceling', 'canceled'] }],
    ['label', { labels: [{ key: 'team', value: 't3' }] }],
    ['label, rare', { labels: [{ key: 'recipe', value: 'rare' }] }],
    ['label, all old', { labels: [{ key: 'week', value: 'w0' }] }],
    ['label, none has it', { labels: [{ key: 'team', value: 'none' }] }],
    [
      'labels, common and rare',
      {
        labels: [
          { key: 'recipe', value: 'demo' },
          { key: 'recipe', value: 'rare' },
        ],
      },
    ],
    ['name', { namePrefix: 'nightly-' }],
    ['name, rare', { namePrefix: 'nightly-5000' }],
    ['name, none has it', { namePrefix: 'daily' }],
    ['network', { network: 'r50' }],
    ['network, all old', { network: 'd201' }],
    ['createdAfter, createdBefore', { createdAfter: new Date('2026-02-01'), createdBefore: new Date('2026-02-02') }],
  ])('a page by the filter %s looks at few pages of the database, the first one and one in the middle', async (name, filters) => {
    for (const [place, after] of [
      ['first', undefined],
      ['middle', middle],
    ] as const) {
      const options = { limit: 20, ...filters, ...(after ? { after } : {}) };
      expect(await blocksOf(`${name}, ${place} page`, (manager) => listRuns(manager, options))).toBeLessThan(2_000);
    }
  });

  it('two filters walk by the rarer label, or by the first, past what the other leaves out', async () => {
    const filters = { limit: 20, labels: [{ key: 'team', value: 't3' }], statuses: ['succeeded'] } as const;
    expect(await blocksOf('label and status', (manager) => listRuns(manager, filters))).toBeLessThan(10_000);
  });

  it.each<[string, number, (manager: EntityManager) => Promise<unknown>]>([
    ['get', 100, (manager) => getRun(manager, idOf(half))],
    ['create', 200, (manager) => createRun(manager, config, [])],
    ['cancel', 200, (manager) => requestCancel(manager, idOf(NUM_RUNS))],
    [
      'edit',
      200,
      async (manager) => {
        const { labels } = await lockRunForEdit(manager, 'training', idOf(5));
        await editRun(manager, idOf(5), { name: 'other', labels });
      },
    ],
    ['speeds of a network', 5_000, (manager) => listSpeeds(manager, 'r50')],
    ['live generations', 1_000, (manager) => findLiveGenerations(manager)],
    ['canceled runs that wait', 100, (manager) => cancelWaitingRuns(manager)],
    // A hundred rows are written, and at most four hundred endpoints looked at, of however many wait.
    [
      'claimed deliveries',
      8_000,
      (manager) => claimDeliveries(manager, { limit: 100, perEndpoint: 4, perHost: 1_000, leaseMs: 60_000 }),
    ],
    [
      'admission',
      20_000,
      (manager) =>
        findQueuedRuns(manager, new Date('2027-01-01'), [
          { fromRanks: 1, toRanks: 3, limit: 500 },
          { fromRanks: 4, toRanks: 6, limit: 500 },
          { fromRanks: 7, toRanks: null, limit: 500 },
        ]),
    ],
    [
      'Idempotency-Key, half of which are over',
      400,
      (manager) =>
        once(manager, { key: 'new', route: 'POST /runs', fingerprint: 'f', ttlMs: 1_000 }, () =>
          Promise.resolve({ status: 202, response: {} }),
        ),
    ],
  ])('%s looks at no more than %d pages of the database', async (name, most, work) => {
    expect(await blocksOf(name, work)).toBeLessThan(most);
  });
});

describe('findQueuedRuns', () => {
  it('finds a run that could start behind thousands that cannot', async () => {
    const small = await source.transaction((manager) => createRun(manager, config, []));
    await source.query(`update runs set min_ranks = 4 where status = 'queued' and id <> $1`, [small]);
    const now = new Date('2027-01-01');
    const find = (fromRanks: number, toRanks: number | null) =>
      findQueuedRuns(source.manager, now, [{ fromRanks, toRanks, limit: 10 }]);
    expect((await find(1, 3)).map(({ runId }) => runId)).toEqual([small]);
    const oldest = await find(4, null);
    expect(oldest.map(({ runId }) => runId)).toEqual(Array.from({ length: 10 }, (_, at) => idOf(NUM_RUNS - NUM_QUEUED + 1 + at)));
    expect(await find(5, null)).toEqual([]);
  });
});
