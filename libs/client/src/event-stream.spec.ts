import { describe, expect, it } from 'vitest';
import { parseEventStream } from './event-stream.js';

async function parse(...chunks: string[]) {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk));
  const events = [];
  for await (const event of parseEventStream(
    (async function* () {
      yield* bytes;
    })(),
  ))
    events.push(event);
  return events;
}

describe('parseEventStream', () => {
  it('reads id, event and data, and skips comments and retry', async () => {
    expect(await parse('retry: 2000\n\n: ping\n\nid: 3\nevent: progress\ndata: {"a":1}\n\n')).toEqual([
      { id: '3', event: 'progress', data: '{"a":1}' },
    ]);
  });

  it('does not care where chunks are cut, not even inside a letter or a line end', async () => {
    const text = 'id: 1\r\nevent: transition\r\ndata: "Grüße"\r\n\r\nid: 2\ndata: x\n\n';
    const bytes = new TextEncoder().encode(text);
    const single = (async function* () {
      for (const byte of bytes) yield Uint8Array.of(byte);
    })();
    const events = [];
    for await (const event of parseEventStream(single)) events.push(event);
    expect(events).toEqual([
      { id: '1', event: 'transition', data: '"Grüße"' },
      { id: '2', event: 'message', data: 'x' },
    ]);
  });

  it('joins several data lines and drops an event that is cut off', async () => {
    expect(await parse('data: a\ndata: b\n\nid: 9\ndata: lost')).toEqual([{ id: '', event: 'message', data: 'a\nb' }]);
  });
});
