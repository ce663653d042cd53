import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogBatch, LogLine, LogPage, NewLogLine } from '#contracts';
import { appendRunLogs, createTask } from '#persistence';
import { ApiScene, idOfToken, pointersOf, problemOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
let runId: string;
beforeAll(async () => {
  scene = await ApiScene.open({ pingMs: 200 });
});
beforeEach(async () => {
  runId = await scene.aRun('starting', 'running');
});
afterAll(() => scene?.close());

type Sender = Partial<Pick<LogBatch, 'generation' | 'rank' | 'workerId'>>;

/** As `results` does it. */
function write(lines: (Partial<NewLogLine> & { line: number })[], sender: Sender = {}, id = runId): Promise<number> {
  const batch: LogBatch = {
    runId: id,
    generation: 1,
    rank: 0,
    workerId: 'w',
    ...sender,
    lines: lines.map((line) => ({ at: '2026-11-25T12:00:00.000Z', level: 'info', message: `line ${line.line}`, ...line })),
  };
  return scene.source.transaction((manager) => appendRunLogs(manager, id, [batch], { maxBytes: 1e6 }));
}
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ line: from + index }));

async function page(query = '', path = `/runs/${runId}/logs`): Promise<LogPage> {
  return (await scene.get(`${path}${query}`).expect(200)).body as LogPage;
}
const messages = ({ lines }: { lines: LogLine[] }): string[] => lines.map(({ message }) => message);

/** Reads blocks of a stream of any form until `isEnough`, then leaves; without it, until the server ends the stream. */
async function follow(headers: Record<string, string>, query: string, isEnough?: (text: string) => boolean): Promise<string> {
  const response = await fetch(`${scene.url}/runs/${runId}/logs?follow=true${query}`, {
    headers: { ...scene.headers, ...headers },
  });
  expect(response.status).toBe(200);
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    // Leaving the loop cancels the body.
    if (isEnough?.(text)) break;
  }
  return text;
}

describe('GET /runs/:id/logs', () => {
  it('has lines of all ranks in the order in which they came, with where they are from', async () => {
    await write([{ line: 0, message: 'hello', level: 'warn', fields: { a: 1 } }]);
    await write([{ line: 0, message: 'there' }], { rank: 1, workerId: 'v' });
    await write([{ line: 0, message: 'again' }], { generation: 2 });
    const { lines, next } = await page();
    expect(lines).toEqual([
      { seq: 1, at: '2026-11-25T12:00:00.000Z', generation: 1, rank: 0, level: 'warn', message: 'hello', fields: { a: 1 } },
      { seq: 2, at: '2026-11-25T12:00:00.000Z', generation: 1, rank: 1, level: 'info', message: 'there', fields: null },
      { seq: 3, at: '2026-11-25T12:00:00.000Z', generation: 2, rank: 0, level: 'info', message: 'again', fields: null },
    ]);
    expect(next).toBeNull();
  });

  it('is walked page by page in both orders, with the filters in the links', async () => {
    await write(numbered(5));
    await write(numbered(2), { rank: 1 });
    for (const [order, expected] of [
      ['oldest', [0, 1, 2, 3, 4]],
      ['newest', [4, 3, 2, 1, 0]],
    ] as const) {
      const seen: string[] = [];
      let url: string | null = `/runs/${runId}/logs?limit=2&rank=0&order=${order}`;
      while (url !== null) {
        const { lines, next }: LogPage = await page('', url);
        seen.push(...messages({ lines }));
        url = next?.slice(PUBLIC_URL.length) ?? null;
      }
      expect(seen).toEqual(expected.map((line) => `line ${line}`));
    }
  });

  it('filters by ranks, generation, level and time', async () => {
    await write([
      { line: 0, level: 'debug', at: '2026-11-25T10:00:00.000Z' },
      { line: 1, level: 'warn', at: '2026-11-25T11:00:00.000Z' },
      { line: 2, level: 'error' },
    ]);
    await write([{ line: 0, message: 'other' }], { rank: 1, generation: 2 });
    await write([{ line: 0, message: 'now', at: new Date().toISOString() }], { rank: 2 });
    expect(messages(await page('?level=warn'))).toEqual(['line 1', 'line 2']);
    expect(messages(await page('?rank=1,2'))).toEqual(['other', 'now']);
    expect(messages(await page('?generation=2'))).toEqual(['other']);
    expect(messages(await page('?since=2026-11-25T10:30:00Z&rank=0'))).toEqual(['line 1', 'line 2']);
    expect(messages(await page('?since=2026-11-25T12:30:00%2B02:00&rank=0'))).toEqual(['line 1', 'line 2']);
    expect(messages(await page('?since=5m'))).toContain('now');
    expect(messages(await page('?since=5m&rank=0&generation=1&level=error'))).toEqual([]);
  });

  it('is text for who accepts it, with the next page in Link', async () => {
    await write([{ line: 0, message: 'odd \u001b[31m', fields: { step: 3 } }, { line: 1 }]);
    const response = await scene.get(`/runs/${runId}/logs?limit=1`).set('accept', 'text/plain').expect(200);
    expect(response.type).toBe('text/plain');
    expect(response.text).toBe('2026-11-25T12:00:00.000Z g1 r0 info  odd \\u001b[31m step=3\n');
    expect(response.headers['link']).toBe(`<${PUBLIC_URL}/runs/${runId}/logs?cursor=1&order=oldest&limit=1>; rel="next"`);
  });

  it('keeps what no database text can hold in a readable form', async () => {
    await write([{ line: 0, message: 'a\0b\ud800', fields: { 'k\0': '\udfff' } }]);
    expect((await page()).lines[0]).toMatchObject({ message: 'a\ufffdb\ufffd', fields: { 'k\ufffd': '\ufffd' } });
  });

  it('says what is wrong with a query', async () => {
    for (const [query, pointer] of [
      ['rank=x', '/rank/0'],
      ['rank=-1', '/rank/0'],
      ['generation=1.5', '/generation'],
      ['level=loud', '/level'],
      ['since=yesterday', '/since'],
      ['order=random', '/order'],
      ['limit=1001', '/limit'],
      ['cursor=abc', '/cursor'],
      ['follow=maybe', '/follow'],
      ['follow=true&order=newest', '/order'],
      ['nothing=1', '/nothing'],
      ['cursor=99999999999', '/cursor'],
    ]) {
      const response = await scene.get(`/runs/${runId}/logs?${query}`).expect(422);
      expect(pointersOf(response)).toEqual([pointer]);
    }
    expect(problemOf(await scene.get('/runs/run_00000000000000000000/logs').expect(404)).code).toBe('not_found');
    expect(problemOf(await scene.get('/runs/run_00000000000000000000/logs?follow=true').expect(404)).code).toBe('not_found');
    expect(problemOf(await scene.get(`/runs/${runId}/logs?follow=true`).set('last-event-id', 'x').expect(400)).code).toBe(
      'malformed_request',
    );
  });

  it('is there for evaluations and tasks, too, each at its own place', async () => {
    const id = await scene.source.transaction((manager) =>
      createTask(manager, { task: 'model.export', modelId: 'mdl_00000000000000000000', folder: 'a', format: 'onnx', to: 'b' }),
    );
    await write([{ line: 0 }], {}, id);
    expect(messages(await page('', `/tasks/${id}/logs`))).toEqual(['line 0']);
    await scene.get(`/runs/${id}/logs`).expect(404);
    await scene.get(`/evaluations/${runId}/logs`).expect(404);
  });
});

describe('GET /runs/:id/logs?follow=true', () => {
  it('answers HEAD at once with the headers alone, also while the run goes on', async () => {
    const id = await scene.aRun('starting', 'running');
    const response = await fetch(`${scene.url}/runs/${id}/logs?follow=true`, { method: 'HEAD', headers: scene.headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await response.text()).toBe('');
  });

  it('ends in order when its key is revoked', async () => {
    const id = await scene.aRun('starting', 'running');
    const key = await scene.aKey('runs:read');
    const headers = { authorization: `Bearer ${key}`, accept: 'text/plain' };
    const response = await fetch(`${scene.url}/runs/${id}/logs?follow=true`, { headers });
    expect(response.status).toBe(200);
    await scene.delete(`/keys/${idOfToken(key)}`).expect(204);
    expect(await response.text()).toBe('');
  });

  it('sends lines as they come and ends when the run has ended, and then says so for good', async () => {
    await write(numbered(2));
    let wasWritten = false;
    const following = follow({}, '', (text) => {
      if (text.includes('line 1') && !wasWritten) {
        wasWritten = true;
        void write(numbered(1, 2)).then(() => scene.move(runId, 'failed'));
      }
      return false;
    });
    const ids = [...(await following).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual([1, 2, 3]);
    const again = await fetch(`${scene.url}/runs/${runId}/logs?follow=true`, {
      headers: { ...scene.headers, 'last-event-id': '3' },
    });
    expect(again.status).toBe(204);
  });

  it('has one event per line, whatever the line holds', async () => {
    const message = 'a\nb\r\n\ndata: x\u2028';
    await write([{ line: 0, message }]);
    const text = await follow({}, '', (each) => /event: log\n[^\n]*\n\n/.test(each));
    const [, data] = /\nid: 1\nevent: log\ndata: ([^\n]*)\n\n$/.exec(text)!;
    expect((JSON.parse(data!) as LogLine).message).toBe(message);
  });

  it('goes on behind the line that was seen', async () => {
    await write(numbered(4));
    const text = await follow({ 'last-event-id': '2' }, '&cursor=1', (each) => each.includes('line 3'));
    expect(text).not.toContain('line 1"');
    expect(text).toContain('line 2');
  });

  it('is text for who accepts it, and keeps to the filters', async () => {
    await write(numbered(2));
    const following = follow({ accept: 'text/plain' }, '&rank=1', (text) => text.includes('there'));
    await write([{ line: 0, message: 'there' }], { rank: 1 });
    expect(await following).toBe('2026-11-25T12:00:00.000Z g1 r1 info  there\n');
  });

  it('ends when the API shuts down', async () => {
    const other = await ApiScene.open();
    try {
      const id = await other.aRun('starting');
      const response = await fetch(`${other.url}/runs/${id}/logs?follow=true`, { headers: other.headers });
      const reader = response.body!.getReader();
      await reader.read();
      const closing = other.closeApp();
      while (!(await reader.read()).done);
      await closing;
    } finally {
      await other.close();
    }
  });
});
