import type { Worker } from 'node:worker_threads';
import { ArcFleetError, errorFromReport } from '#contracts';
import type { AllReduceOptions, Collective, Payload, ReduceOptions } from '../collective.js';
import type { FromThread, Request, Result, ToThread, Traffic } from './messages.js';

interface Pending {
  resolve(result: Result): void;
  reject(error: ArcFleetError): void;
}

/**
 * A collective whose sockets and protocol live on another thread. Contributions are copied once on their way there (or not at all
 * when they lie in a SharedArrayBuffer); results change hands without a copy.
 */
export class ThreadedCollective implements Collective {
  readonly rank: number;
  readonly worldSize: number;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #failure: ArcFleetError | null = null;
  #traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  #closing: Promise<void> | null = null;

  constructor(worker: Worker, rank: number, worldSize: number) {
    this.#worker = worker;
    this.rank = rank;
    this.worldSize = worldSize;
    worker.on('message', (message: FromThread) => this.#onMessage(message));
    worker.on('error', (error) => this.#onDeath(`failed: ${error instanceof Error ? error.message : String(error)}`));
    worker.on('exit', (code) => this.#onDeath(`ended with code ${code}`));
  }

  allGather(payload: Payload): Promise<Payload[]> {
    return this.#request({ operation: 'allGather', payload: handOver(payload) }, (result) => withOwn(result, payload));
  }

  reduceScatter(values: Float32Array, counts: readonly number[], options: ReduceOptions = {}): Promise<Float32Array> {
    const request: Request = { operation: 'reduceScatter', values: handOverArray(values), counts: [...counts], options };
    return this.#request(request, (result) => result as Float32Array);
  }

  allReduce(values: Float32Array, reduction: 'sum' | 'max', options: AllReduceOptions = {}): Promise<Float32Array> {
    const { into, ...others } = options;
    // Only shared memory can be written by the thread.
    const shared = into?.buffer instanceof SharedArrayBuffer ? into : undefined;
    const given = { ...others, ...(shared === undefined ? {} : { into: shared }) };
    const request: Request = { operation: 'allReduce', values: handOverArray(values), reduction, options: given };
    return this.#request(request, (result) => {
      if (into === undefined) return result as Float32Array;
      if (result !== null) into.set(result as Float32Array);
      return into;
    });
  }

  broadcast(payload: Payload | null, root: number): Promise<Payload> {
    const own = root === this.rank ? payload : null;
    const request: Request = { operation: 'broadcast', payload: own === null ? null : handOver(own), root };
    return this.#request(request, (result) => own ?? (result as Payload));
  }

  gather(payload: Payload, root: number): Promise<Payload[] | null> {
    const request: Request = { operation: 'gather', payload: handOver(payload), root };
    return this.#request(request, (result) => (result === null ? null : withOwn(result, payload)));
  }

  barrier(): Promise<void> {
    return this.#request({ operation: 'barrier' }, () => undefined);
  }

  extendLease(ms: number, phase: string): void {
    this.#post({ type: 'lease', ms, phase });
  }

  abort(reason: string): Promise<void> {
    return this.#request({ operation: 'abort', reason }, () => undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  traffic(): Traffic {
    return this.#traffic;
  }

  async #closeOnce(): Promise<void> {
    // A thread that is gone has nothing left to close; its peers notice by its heartbeat.
    if (this.#failure !== null) return;
    await this.#request({ operation: 'close' }, () => undefined).catch(() => undefined);
    await this.#worker.terminate();
  }

  #request<T>(request: Request, read: (result: Result) => T): Promise<T> {
    const result = new Promise<Result>((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      this.#post({ type: 'request', id, request }, buffersOf(request));
    }).then(read);
    // Callers may await several calls in any order: the one that they come to last must not count as unhandled meanwhile.
    result.catch(() => undefined);
    return result;
  }

  #post(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #onMessage(message: FromThread): void {
    if (message.type !== 'resolved' && message.type !== 'rejected') return;
    this.#traffic = message.traffic;
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === 'resolved') pending?.resolve(message.result);
    else pending?.reject(errorFromReport(message.error));
  }

  #onDeath(how: string): void {
    this.#failure ??=
      this.#closing === null
        ? new ArcFleetError('collective_lost', `The communication thread of rank ${this.rank} ${how}.`, { rank: this.rank })
        : new ArcFleetError('peer_aborted', `Rank ${this.rank} has closed the collective.`, { rank: this.rank });
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}

function withOwn(result: Result, own: Payload): Payload[] {
  return (result as (Payload | null)[]).map((payload) => payload ?? own);
}

/** The thread's own copy of an array, so that the caller keeps its memory; shared memory goes as it is. */
function handOverArray<T extends Payload['data']>(data: T): T {
  return data.buffer instanceof SharedArrayBuffer ? data : (data.slice() as T);
}

function handOver(payload: Payload): Payload {
  return { dtype: payload.dtype, shape: [...payload.shape], data: handOverArray(payload.data) };
}

function buffersOf(request: Request): ArrayBuffer[] {
  const arrays: ArrayBufferView[] = [];
  if ('values' in request) arrays.push(request.values);
  if ('payload' in request && request.payload !== null) arrays.push(request.payload.data);
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
