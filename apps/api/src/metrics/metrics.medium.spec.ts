import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldCounts, writeFleetStatus, writeWorkers } from '#persistence';
import { ApiScene } from '../testing/api-scene.js';
import { TcpGate } from '../testing/tcp-gate.js';

let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open();
});
afterAll(() => scene?.close());

/** Value of a series, named as Prometheus writes it; undefined: there is none. */
async function scrape(from = scene): Promise<(series: string) => number | undefined> {
  const response = await from.get('/metrics').expect(200);
  expect(response.headers['content-type']).toContain('text/plain; version=0.0.4');
  const lines = response.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const values = new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
  return (series) => values.get(series);
}
const runs = (status: string): string => `arcfleet_runs{kind="training",status="${status}"}`;

describe('GET /metrics', () => {
  it('counts runs through all that happens to them, whoever adds up in between', async () => {
    expect((await scrape())(runs('queued'))).toBe(0);
    const [one, two] = [await scene.aRun(), await scene.aRun()];
    await scene.aRun('starting', 'running');
    await foldCounts(scene.source.manager);
    await scene.move(one, 'starting');
    const first = await scrape();
    expect(['queued', 'starting', 'running'].map((status) => first(runs(status)))).toEqual([1, 1, 1]);
    await Promise.all([foldCounts(scene.source.manager), scene.move(two, 'canceled'), foldCounts(scene.source.manager)]);
    await scene.source.query('delete from runs where id = $1', [one]);
    await foldCounts(scene.source.manager);
    const second = await scrape();
    expect(['queued', 'starting', 'canceled', 'running'].map((status) => second(runs(status)))).toEqual([0, 0, 1, 1]);
    expect(await scene.source.query('select from count_changes')).toEqual([]);
  });

  it('takes back what a transaction that failed had counted', async () => {
    const before = (await scrape())(runs('queued'));
    const failing = scene.source.transaction(async (manager) => {
      await manager.query(`insert into runs (id, config, status, reason, message) values ('run_x', '{}', 'queued', '', '')`);
      throw new Error('after');
    });
    await expect(failing).rejects.toThrow('after');
    expect((await scrape())(runs('queued'))).toBe(before);
  });

  it('has the fleet, the queue and the deliveries', async () => {
    const facts = { host: 'h', version: '1', engine: 'wasm', startedAt: new Date().toISOString(), lastSeenAt: new Date() };
    const busy = [{ slot: 0, runId: 'run_x', generation: 1, rank: 0, phase: 'training', step: 1 }];
    await writeWorkers(scene.source.manager, [
      { id: 'a', slots: 4, busy, draining: false, ...facts },
      { id: 'b', slots: 1, busy: [], draining: true, ...facts },
    ]);
    const waiting = [{ runId: 'run_x', ranks: 3, minRanks: 1 }];
    const waitingSince = new Date(Date.now() - 90_000);
    const status = { totalSlots: 4, freeSlots: 3, reservedRanks: 1, waiting, waitingSince };
    await writeFleetStatus(scene.source.manager, status, new Date());
    const runId = await scene.aRun();
    await scene.source.query(`insert into webhook_endpoints (id, run_id, url, secret) values ('whep_x', $1, 'https://x', 's')`, [
      runId,
    ]);
    await scene.source.query(
      `insert into webhook_deliveries (id, endpoint_id, run_id, event_type, body, state, created_at)
       values ('msg_1', 'whep_x', $1, 'run.queued', '{}', 'pending', now() - interval '1 hour'),
              ('msg_2', 'whep_x', $1, 'run.queued', '{}', 'delivered', now() - interval '2 hours')`,
      [runId],
    );
    const value = await scrape();
    expect(value('arcfleet_database_up')).toBe(1);
    expect(value('arcfleet_workers{state="live"}')).toBe(1);
    expect(value('arcfleet_slots{state="live",use="busy"}')).toBe(1);
    expect(value('arcfleet_slots{state="live",use="free"}')).toBe(3);
    expect(value('arcfleet_slots{state="draining",use="free"}')).toBe(1);
    expect(value('arcfleet_ranks_demanded')).toBe(3);
    expect(value('arcfleet_ranks_reserved')).toBe(1);
    expect(value('arcfleet_queue_oldest_seconds')).toBeGreaterThanOrEqual(90);
    expect(value('arcfleet_webhook_deliveries{state="pending"}')).toBe(1);
    expect(value('arcfleet_webhook_deliveries{state="delivered"}')).toBe(1);
    expect(value('arcfleet_webhook_oldest_pending_seconds')).toBeGreaterThanOrEqual(3_600);
    await scene.source.query(`update webhook_deliveries set state = 'delivered' where id = 'msg_1'`);
    const after = await scrape();
    expect(after('arcfleet_webhook_deliveries{state="delivered"}')).toBe(2);
    expect(after('arcfleet_webhook_oldest_pending_seconds')).toBe(0);
  });

  it('counts requests by operation, never by path, and keeps streams out of the durations', async () => {
    await scene.get('/runs/run_00000000000000000000').expect(404);
    await scene.get('/nowhere/at/all').expect(404);
    await scene.as(scene.key).request('head', '/runs').expect(200);
    const id = await scene.aRun('canceled');
    await (await fetch(`${scene.url}/runs/${id}/events`, { headers: scene.headers })).text();
    const value = await scrape();
    expect(value('arcfleet_http_requests_total{operation="runs.get",status="404"}')).toBe(1);
    expect(value('arcfleet_http_requests_total{operation="none",status="404"}')).toBe(1);
    expect(value('arcfleet_http_request_duration_seconds_count{operation="runs.get"}')).toBe(1);
    expect(value('arcfleet_http_requests_total{operation="runs.list",status="200"}')).toBe(1);
    expect(value('arcfleet_http_requests_total{operation="runs.events",status="200"}')).toBe(1);
    expect(value('arcfleet_http_request_duration_seconds_count{operation="runs.events"}')).toBeUndefined();
    expect(value('process_start_time_seconds')).toBeGreaterThan(0);
    expect((await scene.get('/metrics')).text).not.toContain('run_0000');
  });

  it('answers when Postgres is away, and says so', async () => {
    let gate: TcpGate | undefined;
    const other = await ApiScene.open({
      route: async (databaseUrl) => {
        const opened = await TcpGate.open(databaseUrl);
        gate = opened.gate;
        return opened.url;
      },
    });
    try {
      expect((await scrape(other))('arcfleet_database_up')).toBe(1);
      await gate?.shut();
      const value = await scrape(other);
      expect(value('arcfleet_database_up')).toBe(0);
      expect(value(runs('queued'))).toBeUndefined();
      expect(value('process_start_time_seconds')).toBeGreaterThan(0);
    } finally {
      await other.close();
    }
  });
});
