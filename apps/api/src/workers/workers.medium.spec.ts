import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkerList, WorkerView } from '#contracts';
import { findDrainWishes, markGoneWorkers, writeFleetStatus, writeWorkers, type SeenWorker } from '#persistence';
import { ApiScene, pointersOf, problemOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open();
});
beforeEach(() => scene.source.query('truncate workers, fleet_status'));
afterAll(() => scene?.close());

const SLOT = { slot: 1, runId: 'run_00000000000000000000', generation: 1, rank: 0, phase: 'training', step: 12 };

/** As `results` sees it. */
async function aWorker(id: string, overrides: Partial<SeenWorker> = {}): Promise<void> {
  const facts = { host: 'h', version: '1', engine: 'wasm', draining: false, slots: 2, busy: [] };
  const times = { startedAt: '2026-11-25T12:00:00.000Z', lastSeenAt: new Date() };
  await writeWorkers(scene.source.manager, [{ id, ...facts, ...times, ...overrides }]);
}
const list = async (query = ''): Promise<WorkerList> => (await scene.get(`/workers${query}`).expect(200)).body as WorkerList;
const ids = ({ workers }: WorkerList): string[] => workers.map(({ id }) => id);

describe('GET /workers', () => {
  it('has what each does, the youngest first, page by page', async () => {
    await aWorker('a-1-x', { busy: [SLOT] });
    await aWorker('b.c-2-x', { startedAt: '2026-11-25T13:00:00.000Z', draining: true });
    await aWorker('c-3-x', { startedAt: '2026-11-25T13:00:00.000Z' });
    const { workers } = await list();
    expect(ids({ workers, next: null })).toEqual(['c-3-x', 'b.c-2-x', 'a-1-x']);
    const self = `${PUBLIC_URL}/workers/a-1-x`;
    expect(workers[2]).toMatchObject({
      state: 'live',
      engine: 'wasm',
      busy: [SLOT],
      failedRanksLastHour: 0,
      drainRequestedAt: null,
      urls: { self, drain: `${self}/drain` },
    });
    const seen: string[] = [];
    for (let url: string | null = '?limit=1'; url !== null;) {
      const found: WorkerList = await list(url);
      seen.push(...ids(found));
      url = found.next?.slice(`${PUBLIC_URL}/workers`.length) ?? null;
    }
    expect(seen).toEqual(['c-3-x', 'b.c-2-x', 'a-1-x']);
    expect(ids(await list('?state=draining'))).toEqual(['b.c-2-x']);
  });

  it('tells who left from who was lost', async () => {
    const old = new Date(Date.now() - 60_000);
    await aWorker('stays');
    await aWorker('drained', { draining: true });
    await aWorker('silent', { lastSeenAt: old });
    await aWorker('blinks');
    await markGoneWorkers(scene.source.manager, ['stays'], new Date(Date.now() - 8_000));
    const states = Object.fromEntries((await list()).workers.map(({ id, state }) => [id, state]));
    expect(states).toEqual({ stays: 'live', drained: 'left', silent: 'lost', blinks: 'live' });
    await aWorker('silent');
    expect(((await scene.get('/workers/silent').expect(200)).body as WorkerView).state).toBe('live');
  });

  it('counts the ranks that failed on a worker within the hour', async () => {
    await aWorker('w');
    const runId = await scene.aRun('starting', 'running');
    const { source } = scene;
    await source.query(
      `insert into generations (run_id, generation, world_size, start_step, state) values ($1, 1, 3, 0, 'ended')`,
      [runId],
    );
    await source.query(
      `insert into ranks (run_id, generation, rank, worker_id, outcome, finished_at)
       values ($1, 1, 0, 'w', 'failed', now()), ($1, 1, 1, 'w', 'failed', now() - interval '2 hours'), ($1, 1, 2, 'w', 'succeeded', now())`,
      [runId],
    );
    expect(((await scene.get('/workers/w').expect(200)).body as WorkerView).failedRanksLastHour).toBe(1);
  });

  it('says what is wrong', async () => {
    expect(pointersOf(await scene.get('/workers?state=asleep').expect(422))).toEqual(['/state/0']);
    expect(pointersOf(await scene.get('/workers?cursor=abc').expect(422))).toEqual(['/cursor']);
    for (const id of ['nobody', '%00', 'a%2Fb', '..%2f', 'x'.repeat(400)]) {
      expect(problemOf(await scene.get(`/workers/${id}`).expect(404)).code).toBe('not_found');
    }
  });
});

describe('POST /workers/:id/drain', () => {
  it('records the wish once, for results to carry it, and shows it at once', async () => {
    await aWorker('w');
    const first = (await scene.post('/workers/w/drain').expect(202)).body as WorkerView;
    expect(first.state).toBe('draining');
    const again = (await scene.post('/workers/w/drain').expect(202)).body as WorkerView;
    expect(again.drainRequestedAt).toBe(first.drainRequestedAt);
    expect(await findDrainWishes(scene.source.manager)).toEqual(['w']);
    expect(ids(await list('?state=draining'))).toEqual(['w']);
    const audit = await scene.source.query(`select action, resource_id from audit_events where action = 'workers.drain'`);
    expect(audit).toEqual(Array(2).fill({ action: 'workers.drain', resource_id: 'w' }));
  });

  it('is a conflict for a worker that is gone, and leaves no trace', async () => {
    await aWorker('lost-one', { lastSeenAt: new Date(0) });
    await markGoneWorkers(scene.source.manager, [], new Date());
    expect(problemOf(await scene.post('/workers/lost-one/drain').expect(409)).code).toBe('conflict');
    expect(problemOf(await scene.post('/workers/nobody/drain').expect(404)).code).toBe('not_found');
    expect(await scene.source.query(`select from audit_events where resource_id in ('lost-one', 'nobody')`)).toEqual([]);
  });
});

describe('a queued run', () => {
  const messageOf = async (id: string): Promise<string> =>
    ((await scene.get(`/runs/${id}`).expect(200)).body as { message: string }).message;
  const status = { totalSlots: 6, freeSlots: 2, reservedRanks: 4, waitingSince: null };

  it('says what it waits for', async () => {
    const [first, second, third] = [await scene.aRun(), await scene.aRun(), await scene.aRun()];
    const waiting = [
      { runId: first, ranks: 8, minRanks: 2 },
      { runId: second, ranks: 4, minRanks: 4 },
      { runId: third, ranks: 8, minRanks: 8 },
    ];
    await writeFleetStatus(scene.source.manager, { ...status, waiting }, new Date());
    expect(await messageOf(first)).toBe('Waiting for 8 slots (at least 2): 2 of 6 free.');
    expect(await messageOf(second)).toBe('Waiting for 4 slots: 2 of 6 free, 1 run ahead.');
    expect(await messageOf(third)).toBe('Waiting for 8 slots: 2 of 6 free, 2 runs ahead; more workers are needed.');
    await scene.move(second, 'starting');
    expect(await messageOf(second)).toBe('starting');
  });

  it('says no more than is known', async () => {
    const id = await scene.aRun();
    const own = await messageOf(id);
    const others = Array.from({ length: 101 }, (_, index) => ({ runId: `run_${index}`, ranks: 1, minRanks: 1 }));
    await writeFleetStatus(
      scene.source.manager,
      { ...status, waiting: [...others, { runId: id, ranks: 1, minRanks: 1 }] },
      new Date(),
    );
    expect(await messageOf(id)).toBe('Waiting for slots: more than 100 runs ahead.');
    await writeFleetStatus(scene.source.manager, { ...status, waiting: [{ runId: id, ranks: 1, minRanks: 1 }] }, new Date(0));
    expect(await messageOf(id)).toBe(own);
    await scene.source.query(`update runs set not_before = '2100-01-01' where id = $1`, [id]);
    expect(await messageOf(id)).toBe('Waits until 2100-01-01T00:00:00.000Z before it starts again.');
  });
});
