import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { ArcFleetError } from '#contracts';
import { framesOf } from '../../protocol/message.js';
import type { IncomingFrame } from '../../protocol/wire.js';
import { FrameReader } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';
import { encodeHead } from './records.js';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** A reader, and the socket at the other end. */
async function connected(place: FrameReader['memory'] | null = null) {
  const frames: IncomingFrame[] = [];
  const losses: ArcFleetError[] = [];
  const told: string[] = [];
  const reader = new FrameReader({
    peer: 1,
    ackBytes: 1_000,
    place: () => place?.() ?? null,
    onFrame: (frame) => frames.push(frame),
    onBye: () => told.push('bye'),
    onAbort: (text) => told.push(text),
    onGone: (reason) => told.push(reason),
    onLost: (error) => losses.push(error),
  });
  const server = createServer({ pauseOnConnect: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    onread: {
      buffer: () => reader.memory(),
      callback: (numBytes: number) => {
        reader.take(numBytes);
        return true;
      },
    },
  });
  const [far] = await accepted;
  reader.attach(socket);
  reader.begin();
  closers.push(() => {
    socket.destroy();
    far.destroy();
    server.close();
  });
  return { reader, far, frames, losses, told };
}

const facts = { operation: 'allGather', reduction: null, wire: 'float32', root: null, agreement: 0 } as const;
const cut = (numBytes: number, chunkBytes: number) => [
  ...framesOf(
    { dtype: 'bytes', shape: [numBytes], numBytes },
    { generation: 1, from: 1, sequence: 0, stage: 0 },
    facts,
    { chunkBytes, hasChecksums: false },
    (start, end) => Uint8Array.from({ length: end - start }, (_, index) => (start + index) % 251),
  ),
];
async function until(check: () => boolean): Promise<void> {
  while (!check()) await delay(5);
}

it('sends no more than the window ahead of what was consumed; urgent frames pass', async () => {
  const { reader, far, frames } = await connected();
  const writer = new FrameWriter({ socket: far, windowBytes: 4_000, onGone: () => undefined });
  const sends = cut(10_000, 1_000).map((frame) => writer.send(frame, false));
  await until(() => frames.length === 4);
  await delay(50);
  expect(frames.map(({ header }) => header.chunk)).toEqual([0, 1, 2, 3]);
  void writer.send(cut(7, 7)[0]!, true);
  await until(() => frames.length === 5);
  expect(frames[4]!.data.length).toBe(7);
  // Two are consumed: with the urgent one outstanding there is room for one more.
  frames[0]!.consumed();
  frames[1]!.consumed();
  reader.answer();
  await until(() => frames.length === 6);
  for (let index = 2; frames.length < 11 || index < 11; index++) {
    await until(() => frames.length > index);
    frames[index]!.consumed();
  }
  await Promise.all(sends);
  const whole = Buffer.concat(frames.filter(({ data }) => data.length === 1_000).map(({ data }) => data));
  expect(whole.equals(Buffer.from(Uint8Array.from({ length: 10_000 }, (_, index) => index % 251)))).toBe(true);
});

it('reads large data into the memory that is given for them, shared memory too', async () => {
  const memory = new Uint8Array(new SharedArrayBuffer(3_000_000));
  const { far, frames } = await connected(() => memory);
  const writer = new FrameWriter({ socket: far, windowBytes: 1 << 30, onGone: () => undefined });
  void writer.send(cut(3_000_000, 3_000_000)[0]!, false);
  await until(() => frames.length === 1);
  expect(frames[0]!.data).toBe(memory);
  expect(memory.findIndex((value, index) => value !== index % 251)).toBe(-1);
});

it('puts records together from single bytes', async () => {
  const { far, frames, told } = await connected();
  const bytes: Buffer[] = [];
  const writer = new FrameWriter({
    socket: Object.assign(far, { write: (data: Uint8Array) => bytes.push(Buffer.from(data)) > 0 }),
    windowBytes: 1_000,
    onGone: () => undefined,
  });
  void writer.send(cut(40, 40)[0]!, false);
  writer.sayAbort('because');
  writer.sayBye();
  const raw = Object.getPrototypeOf(far) as Socket;
  for (const byte of Buffer.concat(bytes)) {
    raw.write.call(far, Uint8Array.of(byte));
    await delay(0);
  }
  await until(() => told.length === 2);
  expect(told).toEqual(['because', 'bye']);
  expect(frames.map(({ data }) => data.length)).toEqual([40]);
});

it.each([
  ['of an unknown type', Buffer.from([9, 0, 0, 0, 0, 0, 0, 0])],
  ['with more data than a frame may have', encodeHead({ type: 'frame', headerBytes: 60, dataBytes: 0xffffffff })],
  ['with a report that is too long', encodeHead({ type: 'abort', headerBytes: 0, dataBytes: 1 << 20 })],
  ['with a header that is none', Buffer.concat([encodeHead({ type: 'frame', headerBytes: 60, dataBytes: 4 }), Buffer.alloc(64)])],
])('refuses a record %s', async (_, bytes) => {
  const { far, losses, frames } = await connected();
  far.write(bytes);
  await until(() => losses.length > 0);
  expect(losses[0]).toMatchObject({ code: 'collective_mismatch', details: { rank: 1 } });
  expect(frames).toEqual([]);
});

it('says that the connection is gone when it ends without a goodbye', async () => {
  const { far, told } = await connected();
  far.destroy();
  await until(() => told.length === 1);
  expect(told).toEqual(['it was closed']);
});
