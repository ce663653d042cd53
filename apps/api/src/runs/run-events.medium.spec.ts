import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { appendRunEvent } from '#persistence';
import { ApiScene, pointersOf, problemOf } from '../testing/api-scene.js';
import { EventStream } from '../testing/event-stream.js';
import { RunEventHub } from './run-event-hub.js';

/** Longer than a test may take: what arrives was woken, not polled. */
const NEVER_MS = 600_000;
let scene: ApiScene;
const streams: EventStream[] = [];
beforeAll(async () => (scene = await ApiScene.open({ pingMs: NEVER_MS })));
afterEach(() => streams.splice(0).forEach((stream) => stream.leave()));
afterAll(() => scene?.close());

async function open(
  id: string,
  { query = '', headers = {}, at = scene }: { query?: string; headers?: Record<string, string>; at?: ApiScene } = {},
) {
  const stream = await EventStream.open(`${at.url}/runs/${id}/events${query}`, headers);
  streams.push(stream);
  return stream;
}
const append = (id: string, step: number, at = scene) =>
  at.source.transaction((manager) => appendRunEvent(manager, id, { type: 'progress', data: { step, text: 'a\nb' } }));
const idsOf = (events: { id: number }[]): number[] => events.map(({ id }) => id);

describe('GET /runs/:id/events', () => {
  it('shows all events with ids that rise by one and ends after the terminal transition', async () => {
    const id = await scene.aRun('starting', 'running');
    for (const step of [1, 2]) await append(id, step);
    await scene.move(id, 'succeeded');
    const stream = await open(id);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    const events = await stream.readAll();
    expect(idsOf(events)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events.map(({ event }) => event)).toEqual([
      'transition',
      'transition',
      'transition',
      'progress',
      'progress',
      'transition',
    ]);
    expect(events[3]?.data).toEqual({ at: expect.stringMatching(/^\d{4}-.*Z$/), data: { step: 1, text: 'a\nb' } });
    expect(events[5]?.data.data).toMatchObject({ status: 'succeeded' });
  });

  it('goes on after Last-Event-ID or ?after, of which the header counts', async () => {
    const id = await scene.aRun('starting', 'running', 'failed');
    const read = async (options: Parameters<typeof open>[1]) => idsOf(await (await open(id, options)).readAll());
    expect(await read({ headers: { 'last-event-id': '2' } })).toEqual([3, 4]);
    expect(await read({ query: '?after=3' })).toEqual([4]);
    expect(await read({ query: '?after=3', headers: { 'last-event-id': '1' } })).toEqual([2, 3, 4]);
    expect(await read({ query: '?after=3', headers: { 'last-event-id': '' } })).toEqual([4]);
  });

  it('answers 204 to who has seen the end of an ended run', async () => {
    const id = await scene.aRun('failed');
    expect((await scene.get(`/runs/${id}/events`).set('last-event-id', '2').expect(204)).text).toBe('');
    await scene.get(`/runs/${id}/events?after=999999999`).expect(204);
  });

  it('shows an event as soon as it is committed, and ends when the run does', async () => {
    const id = await scene.aRun('starting', 'running');
    const stream = await open(id);
    expect(idsOf(await stream.take(3))).toEqual([1, 2, 3]);
    await append(id, 1);
    expect(await stream.next()).toMatchObject({ id: 4, event: 'progress' });
    await scene.move(id, 'succeeded');
    expect(idsOf(await stream.readAll())).toEqual([5]);
  });

  it('misses nothing and repeats nothing while events come faster than it reads', async () => {
    const id = await scene.aRun('starting', 'running');
    const stream = await open(id);
    const reading = stream.readAll();
    for (let batch = 0; batch < 4; batch += 1) {
      await scene.source.transaction(async (manager) => {
        for (let step = 0; step < 75; step += 1) await appendRunEvent(manager, id, { type: 'progress', data: { step } });
      });
    }
    await scene.move(id, 'succeeded');
    expect(idsOf(await reading)).toEqual(Array.from({ length: 304 }, (_, index) => index + 1));
  });

  it('shows each of two runs its own events only, to every client', async () => {
    const [one, two] = [await scene.aRun('starting'), await scene.aRun('starting')];
    const [first, again, other] = [await open(one), await open(one), await open(two)];
    await Promise.all([first, again, other].map((stream) => stream.take(2)));
    await append(two, 7);
    await append(one, 1);
    expect((await other.next())?.data.data).toMatchObject({ step: 7 });
    for (const stream of [first, again]) expect((await stream.next())?.data.data).toMatchObject({ step: 1 });
  });

  it('forgets who has left', async () => {
    const id = await scene.aRun();
    const unsubscribed: string[] = [];
    const hub = scene.app.get(RunEventHub);
    const subscribe = hub.subscribe.bind(hub);
    const spy = vi.spyOn(hub, 'subscribe').mockImplementation((runId, callback) => {
      const unsubscribe = subscribe(runId, callback);
      return () => {
        unsubscribed.push(runId);
        unsubscribe();
      };
    });
    const stream = await open(id);
    await stream.take(1);
    stream.leave();
    await vi.waitFor(() => expect(unsubscribed).toEqual([id]));
    spy.mockRestore();
  });

  it('answers HEAD at once with the headers alone, also while the run goes on', async () => {
    const id = await scene.aRun('starting', 'running');
    const response = await fetch(`${scene.url}/runs/${id}/events`, { method: 'HEAD', headers: scene.headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await response.text()).toBe('');
  });

  it('refuses what is no id of an event', async () => {
    const id = await scene.aRun();
    for (const header of ['-1', 'abc', '1234567890']) {
      const response = await scene.get(`/runs/${id}/events`).set('last-event-id', header).expect(400);
      expect(problemOf(response).code).toBe('malformed_request');
    }
    expect(pointersOf(await scene.get(`/runs/${id}/events?after=-1`).expect(422))).toEqual(['/after']);
  });
});

describe('a silent stream', () => {
  it('gets comments, and finds events of lost notifications at the next one', async () => {
    const pinging = await ApiScene.open({ pingMs: 40 });
    try {
      const id = await pinging.aRun();
      const stream = await open(id, { at: pinging });
      expect(await stream.nextBlock()).toBe('retry: 2000');
      expect(await stream.nextBlock()).toMatch(/^id: 1\n/);
      expect(await stream.nextBlock()).toBe(': ping');
      expect(await stream.nextBlock()).toBe(': ping');
      // Past `appendRunEvent`, so that nobody is notified.
      await pinging.source.query('update runs set event_seq = 2 where id = $1', [id]);
      await pinging.source.query(`insert into run_events (run_id, seq, type, data, at) values ($1, 2, 'progress', '{}', now())`, [
        id,
      ]);
      expect(await stream.next()).toMatchObject({ id: 2 });

      await pinging.closeApp();
      expect(await stream.readAll()).toEqual([]);
    } finally {
      await pinging.close();
    }
  });
});
