import { createScheduleSchema, silentObserver } from '#contracts';
import { createSchedule, findRunEvents, listDeliveries, listFires } from '#persistence';
import { newWebhookSecret } from '#webhooks';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ResultsService } from './results-service.js';
import { lossAt, trainingStarted, type FakeRank } from './testing/fake-worker.js';
import { WebhookReceiver } from '#test-support';
import { ResultsScene, until } from './testing/results-scene.js';

let scene: ResultsScene;
let receiver: WebhookReceiver;
beforeAll(async () => {
  scene = await ResultsScene.open();
  receiver = await WebhookReceiver.start();
});
beforeEach(async () => {
  receiver.reset();
  await scene.reset();
  await scene.source.query('truncate schedules cascade');
});
afterEach(() => scene.leave());
afterAll(async () => {
  receiver?.close();
  await scene?.close();
});

const endpoint = () => ({ url: `${receiver.origin}/hook`, secret: newWebhookSecret(), events: null });
const aSchedule = async (nextAt: Date): Promise<string> => {
  const evaluation = { models: { all: true }, dataset: '/data', targets: ['lfw'] };
  const { paused: _, ...fields } = createScheduleSchema.parse({ name: 'nightly', cron: '0 0 1 1 *', evaluation });
  return (await scene.source.transaction((manager) => createSchedule(manager, { ...fields, pausedAt: null, nextAt }))).id;
};
const numFires = async (scheduleId: string) => (await listFires(scene.source.manager, { scheduleId, limit: 10 })).fires.length;
const states = async (runId: string) => (await listDeliveries(scene.source.manager, runId)).map(({ state }) => state);

/** Emits loss after loss while the test goes on, as often as asked for. */
function trainer(steps: number): { script: (rank: FakeRank) => Promise<void>; go: () => void } {
  let resume: () => void = () => undefined;
  const paused = new Promise<void>((resolve) => (resume = resolve));
  return {
    go: resume,
    script: async (rank) => {
      await rank.emit(trainingStarted(0));
      for (let step = 1; step <= steps; step++) {
        if (step === 2) await paused;
        await rank.emit(lossAt(step));
      }
      await rank.finish('succeeded');
    },
  };
}

describe('without Redis', () => {
  it('what is due fires and is delivered; who waits for it can be told to leave', async () => {
    const service = new ResultsService({
      ...{
        databaseUrl: scene.database.url,
        redisUrl: 'redis://127.0.0.1:1',
        webhookAllowPrivate: true,
        observer: silentObserver,
      },
      timing: { schedules: { periodMs: 50 }, closeMs: 500 },
    });
    const leaving = new AbortController();
    const started = service.start(leaving.signal);
    const runId = await scene.submit({}, [endpoint()]);
    await until('the delivery', async () => (await states(runId))[0] === 'delivered');
    const schedule = await aSchedule(new Date(Date.now() - 10));
    await until('the fire', async () => (await numFires(schedule)) === 1);
    leaving.abort();
    await started;
    await service.stop();
    // The server sees a moment later that a connection was closed.
    await until('no connection', async () => {
      const [open]: { n: number }[] = await scene.source.query(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name like 'arcfleet-%'`,
      );
      return open?.n === 0;
    });
  });
});

describe('told to end in the middle of everything', () => {
  it('it is soon gone with its leases, and the next one brings all of it to its end, once', async () => {
    const held: ServerResponse[] = [];
    receiver.answer = (_, response) => void held.push(response);
    const { script, go } = trainer(30);
    await scene.startWorker(1, script);
    const first = await scene.startResults({}, silentObserver, { periodMs: 50 });
    const runId = await scene.submit({}, [endpoint()]);
    await scene.untilStatus(runId, 'running');
    await until('attempts that hang', () => Promise.resolve(held.length > 0));
    const schedule = await aSchedule(new Date(Date.now() + 100));
    go();
    await scene.stopResults(first);
    await until('no lease', async () => {
      const locks: unknown[] = await scene.source.query(
        `select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
      );
      return locks.length === 0;
    });

    receiver.reset();
    await scene.startResults({}, silentObserver, { periodMs: 50 });
    await scene.untilStatus(runId, 'succeeded');
    await until('the fire', async () => (await numFires(schedule)) === 1);
    expect(await scene.steps(runId)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    // The attempts that were cut off are due again by the schedule of retries; here at once.
    await scene.source.query(`update webhook_deliveries set next_attempt_at = now() where state = 'pending'`);
    await until('all are delivered', async () => (await states(runId)).every((state) => state === 'delivered'));
    const transitions = (await findRunEvents(scene.source.manager, runId, 0)).filter(({ type }) => type === 'transition');
    expect(transitions.map(({ data }) => data['status'])).toEqual(['queued', 'starting', 'running', 'succeeded']);
    expect((await states(runId)).length).toBe(3);
  });
});

describe('when Postgres restarts in the middle of a run', () => {
  it('all connections are made anew, and nothing is lost or there twice', async () => {
    const { script, go } = trainer(60);
    await scene.startWorker(1, script);
    await Promise.all([scene.startResults({}, silentObserver, { periodMs: 50 }), scene.startResults()]);
    const runId = await scene.submit({}, [endpoint()]);
    await scene.untilStatus(runId, 'running');
    const schedule = await aSchedule(new Date(Date.now() + 200));
    go();
    for (let n = 0; n < 6; n++) {
      const ended: unknown[] = await scene.source.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
            and application_name like 'arcfleet-%'`,
      );
      expect(n > 0 || ended.length > 3).toBe(true);
      const seen = (await scene.steps(runId)).length;
      await until(
        'another step, or the end',
        async () => (await scene.steps(runId)).length > seen || (await scene.run(runId)).finishedAt !== null,
      );
    }
    expect(await scene.untilStatus(runId, 'succeeded')).toMatchObject({ generation: 1, restarts: 0, step: 60 });
    expect(await scene.steps(runId)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    await until('the fire', async () => (await numFires(schedule)) === 1);
    // An attempt whose end could not be recorded is made again when its lease is over.
    await scene.source.query(
      `update webhook_deliveries set next_attempt_at = now(), leased_until = null where state = 'pending'`,
    );
    await until('all are delivered', async () => (await states(runId)).every((state) => state === 'delivered'));
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  });
});
