import { ArcFleetError, type RunStreamEvent, type RunView } from '#contracts';
import { describe, expect, it } from 'vitest';
import { followRun } from './follow-run.js';

const encode = (text: string) => new TextEncoder().encode(text);
const event = (seq: number, type: string, data: object) =>
  `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', data })}\n\n`;
const run = (status: RunView['status']) => ({ status, step: 7 }) as RunView;

/** An API whose streams are given one after the other: what each sends, and whether it breaks off. */
function api(streams: { text: string; breaks?: boolean }[], views: (RunView | Error)[]) {
  const askedAfter: number[] = [];
  return {
    askedAfter,
    openEvents: async (_id: string, after: number) => {
      askedAfter.push(after);
      const next = streams.shift();
      if (!next) throw new Error('connection refused');
      return (async function* () {
        yield encode(next.text);
        if (next.breaks) throw new Error('terminated');
      })();
    },
    getRun: async () => {
      const view = views.shift() ?? run('succeeded');
      if (view instanceof Error) throw view;
      return view;
    },
  };
}

function listen() {
  const events: RunStreamEvent[] = [];
  const views: RunView[] = [];
  return {
    events,
    views,
    onEvent: (each: RunStreamEvent) => void events.push(each),
    onView: (each: RunView) => void views.push(each),
  };
}
const quick = { pauseMs: 1, awayMs: 60_000 };
const never = new AbortController().signal;

describe('followRun', () => {
  it('takes a broken stream up behind the last event and hands no event over twice', async () => {
    const first = event(1, 'transition', { status: 'queued' }) + event(2, 'progress', { step: 1 });
    const second = event(2, 'progress', { step: 1 }) + event(3, 'transition', { status: 'succeeded' });
    const server = api([{ text: first, breaks: true }, { text: second }], [run('running')]);
    const listener = listen();
    expect(await followRun(server, 'run', listener, never, quick)).toEqual(run('succeeded'));
    expect(server.askedAfter).toEqual([0, 2]);
    expect(listener.events.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'transition'],
      [2, 'progress'],
      [3, 'transition'],
    ]);
  });

  it('asks for the run while there is no stream', async () => {
    const listener = listen();
    await followRun(api([], [run('running'), new Error('refused'), run('running')]), 'run', listener, never, quick);
    expect(listener.views).toHaveLength(2);
  });

  it('gives up when nobody answers any more, and at once when the run does not exist', async () => {
    const away = { ...api([], []), getRun: () => Promise.reject(new ArcFleetError('unavailable', 'no answer')) };
    await expect(followRun(away, 'run', listen(), never, { ...quick, awayMs: 20 })).rejects.toThrow('no answer');
    const unknown = { ...api([], []), getRun: () => Promise.reject(new ArcFleetError('not_found', 'no such run')) };
    await expect(followRun(unknown, 'run', listen(), never, quick)).rejects.toThrow('no such run');
  });

  it('ends with the reason of the signal', async () => {
    const controller = new AbortController();
    const listener = { ...listen(), onView: () => controller.abort(new Error('interrupted')) };
    const endless = { ...api([], []), getRun: async () => run('running') };
    await expect(followRun(endless, 'run', listener, controller.signal, quick)).rejects.toThrow('interrupted');
  });
});
