import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConfigSchema, verificationScoresSchema } from '#contracts';
import {
  claimDeliveries,
  createRun,
  getMetricSeries,
  getRun,
  listDeliveries,
  listRuns,
  once,
  recordAttempt,
  requestCancel,
  transitionRun,
} from './index.js';
import { openMigratedDatabase, type MigratedDatabase } from './testing/migrated-database.js';

let database: MigratedDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await openMigratedDatabase();
  ({ source } = database);
});

afterAll(() => database?.close());

const config = runConfigSchema.parse({ name: 'a run', dataset: { path: '/data' }, maxSteps: 10 });
const endpoint = { url: 'https://receiver.test/hook', secret: 'whsec_x', events: null };
const aRun = (endpoints = [endpoint]) => source.transaction((manager) => createRun(manager, config, endpoints));

describe('runs', () => {
  it('are created queued, with their first event and its webhook', async () => {
    const id = await aRun();
    expect(await getRun(source.manager, id)).toMatchObject({
      id,
      name: 'a run',
      status: 'queued',
      transitions: [{ status: 'queued', reason: 'created', generation: 0 }],
    });
    expect((await listDeliveries(source.manager, id)).map((delivery) => delivery.eventType)).toEqual(['run.queued']);
  });

  it('are listed newest first, in pages that neither repeat nor skip a run created in the same millisecond', async () => {
    const ids = await Promise.all(Array.from({ length: 7 }, () => aRun([])));
    await source.query('update runs set created_at = $1 where id = any($2)', [new Date('2100-01-01'), ids]);
    const seen: string[] = [];
    let after;
    do {
      const page = await listRuns(source.manager, { limit: 3, ...(after ? { after } : {}) });
      seen.push(...page.runs.map((run) => run.id));
      after = page.next ?? undefined;
    } while (after);
    expect(seen.slice(0, 7)).toEqual([...ids].sort().reverse());
    expect(new Set(seen).size).toBe(seen.length);
    const counts: { n: number }[] = await source.query('select count(*)::int as n from runs');
    expect(seen).toHaveLength(counts[0]?.n ?? -1);
  });

  it('show canceling at once, and once ended they cannot be canceled', async () => {
    const id = await aRun();
    const cancel = () => source.transaction((manager) => requestCancel(manager, id));
    await cancel();
    await cancel();
    expect((await getRun(source.manager, id)).transitions.map((each) => each.status)).toEqual(['queued', 'canceling']);
    await source.transaction((manager) => transitionRun(manager, id, 'canceled', { reason: 'canceled_by_user', message: '' }));
    await expect(cancel()).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('getMetricSeries', () => {
  const scores = verificationScoresSchema.parse({ numPairs: 1, accuracy: 0.5, std: 0, threshold: 1, xnorm: 1, tarAtFar: {} });

  async function aRestartedRun(): Promise<string> {
    const id = await aRun([]);
    // Generation 2 goes on after step 4, generation 3 again after step 2: steps 3 and 4 are done three times.
    const lineage = [
      [1, 0, 6],
      [2, 4, 5],
      [3, 2, 8],
    ];
    for (const [generation, startStep, lastStep] of lineage as [number, number, number][]) {
      await source.query(
        `insert into generations (run_id, generation, world_size, start_step, state) values ($1, $2, 2, $3, 'ended')`,
        [id, generation, startStep],
      );
      for (let step = startStep + 1; step <= lastStep; step += 1) {
        for (const rank of [0, 1]) {
          await source.query(`insert into metrics values ($1, $2, $3, $4, 'loss', $5)`, [
            id,
            generation,
            rank,
            step,
            generation * 100 + step + rank / 2,
          ]);
        }
      }
      await source.query(`insert into verifications values ($1, $2, $3, 'model', 'lfw', $4)`, [id, generation, lastStep, scores]);
    }
    return id;
  }

  it('shows the live lineage: what a restart threw away is superseded', async () => {
    const id = await aRestartedRun();
    const series = await getMetricSeries(source.manager, id, { maxPoints: 100 });
    expect(series.metrics.map((entry) => entry.name)).toEqual(['loss']);
    expect(series.metrics[0]?.points.map(({ value }) => value)).toEqual([101, 102, 303, 304, 305, 306, 307, 308]);
    expect(series.verifications.map(({ generation, step }) => [generation, step])).toEqual([[3, 8]]);
  });

  it('thins a series to a bound and keeps its ends; filters by name', async () => {
    const id = await aRun([]);
    await source.query(`insert into metrics select $1, 1, 0, step, 'loss', step from generate_series(1, 1000) step`, [id]);
    await source.query(`insert into metrics select $1, 1, 0, step, 'learningRate', step from generate_series(1, 3) step`, [id]);
    for (const maxPoints of [2, 3, 10, 333, 999, 1000]) {
      const { metrics } = await getMetricSeries(source.manager, id, { names: ['loss'], maxPoints });
      expect(metrics).toHaveLength(1);
      const steps = metrics[0]?.points.map((point) => point.step) ?? [];
      expect(steps.length).toBeLessThanOrEqual(maxPoints);
      expect([steps[0], steps.at(-1)]).toEqual([1, 1000]);
    }
  });
});

describe('deliveries', () => {
  it('are claimed by one deliverer, and end for good when the endpoint is gone', async () => {
    const id = await aRun();
    await source.transaction((manager) => requestCancel(manager, id));
    const [first, second] = await listDeliveries(source.manager, id);
    const claim = () =>
      source.transaction((manager) =>
        claimDeliveries(manager, { limit: 1_000, perEndpoint: 1, perHost: 1_000, leaseMs: 60_000 }),
      );
    const claimed = (await claim()).find((delivery) => delivery.runId === id);
    expect(claimed).toMatchObject({ id: first?.id, url: endpoint.url, secrets: [endpoint.secret], seriesAttempts: 0 });
    expect((await claim()).filter((delivery) => delivery.runId === id)).toEqual([]);
    const facts = { durationMs: 3, status: 410, error: 'gone', answer: null };
    const verdict = { state: 'failed', delayMs: null, throttleMs: null, disable: 'gone' } as const;
    expect(await source.transaction((manager) => recordAttempt(manager, claimed!, facts, () => verdict))).toBe('failed');
    const log = await listDeliveries(source.manager, id);
    expect(log.map(({ state, attempts, lastStatus }) => ({ state, attempts, lastStatus }))).toEqual([
      { state: 'failed', attempts: 1, lastStatus: 410 },
      { state: 'failed', attempts: 0, lastStatus: null },
    ]);
    expect(log.map((entry) => entry.id)).toEqual([first?.id, second?.id]);
  });
});

describe('once', () => {
  const request = { key: 'k1', route: 'POST /x', fingerprint: 'a', ttlMs: 60_000 };
  const answer = { status: 202, response: { id: 'r1' } };

  it('does the effect once, replays its answer, refuses another body', async () => {
    let effects = 0;
    const call = (fingerprint = 'a') =>
      source.transaction((manager) => once(manager, { ...request, fingerprint }, async () => ((effects += 1), answer)));
    expect(await call()).toEqual({ ...answer, replayed: false });
    expect(await call()).toEqual({ ...answer, replayed: true });
    await expect(call('b')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(effects).toBe(1);
  });

  it('refuses a second request while the first one runs, and forgets a request that failed', async () => {
    const key = { ...request, key: 'k2' };
    await source
      .transaction((manager) =>
        once(manager, key, async () => {
          await expect(source.transaction((other) => once(other, key, async () => answer))).rejects.toMatchObject({
            code: 'idempotency_in_progress',
          });
          throw new Error('effect failed');
        }),
      )
      .catch((error: Error) => expect(error.message).toBe('effect failed'));
    expect(await source.transaction((manager) => once(manager, key, async () => answer))).toMatchObject({ replayed: false });
  });
});
