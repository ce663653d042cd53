import { parentPort, workerData } from 'node:worker_threads';
import { reportError } from '#contracts';
import type { Collective, Payload } from '../collective.js';
import { connectRedisStreams } from '../transports/redis-streams/connect-redis-streams.js';
import { connectTcp } from '../transports/tcp/connect-tcp.js';
import type { FromThread, Request, Result, ThreadOptions, ToThread } from './messages.js';

/** The communication thread: owns the sockets, the heartbeat and the protocol; the main thread may be inside a kernel meanwhile. */
const port = parentPort!;

function post(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

async function perform(collective: Collective, request: Request): Promise<Result> {
  const isOwn = (root: number) => root === collective.rank;
  switch (request.operation) {
    case 'allGather':
      return withoutOwn(await collective.allGather(request.payload), collective.rank);
    case 'reduceScatter':
      return collective.reduceScatter(request.values, request.counts, request.options);
    case 'allReduce': {
      const result = await collective.allReduce(request.values, request.reduction, request.options);
      return request.options.into === undefined ? result : null;
    }
    case 'broadcast': {
      const payload = await collective.broadcast(request.payload, request.root);
      return isOwn(request.root) ? null : payload;
    }
    case 'gather': {
      const payloads = await collective.gather(request.payload, request.root);
      return payloads === null ? null : withoutOwn(payloads, collective.rank);
    }
    case 'barrier':
      await collective.barrier();
      return null;
    case 'abort':
      await collective.abort(request.reason);
      return null;
    case 'close':
      await collective.close();
      return null;
  }
}

function withoutOwn(payloads: Payload[], rank: number): (Payload | null)[] {
  return payloads.map((payload, index) => (index === rank ? null : payload));
}

/** Memory of a result; it changes hands instead of being copied. */
function buffersOf(result: Result): ArrayBuffer[] {
  if (result === null) return [];
  if (result instanceof Float32Array) return [result.buffer as ArrayBuffer];
  if (Array.isArray(result)) return result.flatMap(buffersOf);
  return [result.data.buffer as ArrayBuffer];
}

async function answer(collective: Collective, id: number, request: Request): Promise<void> {
  try {
    const result = await perform(collective, request);
    post({ type: 'resolved', id, result, traffic: collective.traffic() }, buffersOf(result));
  } catch (error) {
    post({ type: 'rejected', id, error: reportError(error, 'collective_lost'), traffic: collective.traffic() });
  }
}

try {
  const options = workerData as ThreadOptions;
  const collective = await (options.transport === 'tcp' ? connectTcp(options) : connectRedisStreams(options));
  port.on('message', (message: ToThread) => {
    if (message.type === 'lease') collective.extendLease(message.ms, message.phase);
    else void answer(collective, message.id, message.request);
  });
  post({ type: 'connected' });
} catch (error) {
  post({ type: 'refused', error: reportError(error, 'collective_lost') });
  port.close();
}
