import { endianness } from 'node:os';
import { ArcFleetError } from '#contracts';
import type { AllReduceOptions, Collective, Payload, ReduceOptions, WireType } from '../collective.js';
import { Arena } from './arena.js';
import { Call } from './call.js';
import { ChunkSink } from './chunk-sink.js';
import { agreementOf } from './frame.js';
import type { CallFacts, FrameHeader, Operation } from './frame.js';
import { bytesOf, elementBytesOf, framesOf, messageOf, payloadOf } from './message.js';
import type { Message } from './message.js';
import { segmentCounts } from './reduce.js';
import type { Reduction } from './reduce.js';
import { SegmentReduction } from './segment-reduction.js';
import type { IncomingFrame, Lane, OutgoingFrame, Wire, WireReceiver } from './wire.js';

export interface WireCollectiveOptions {
  /** See `CollectiveTiming.progressMs`. */
  readonly progressMs: number;
  /** Largest chunk in bytes; a multiple of 4. */
  readonly chunkBytes?: number;
  /**
   * An all-reduce that fits into one chunk goes straight (all-gather, every rank sums) while that makes each rank read at most so
   * many bytes more than reduce-scatter + all-gather would.
   */
  readonly straightReduceBytes?: number;
  /** Monotonic clock in ms. */
  readonly now?: () => number;
}

interface Peer {
  lastFrameAt: number;
  /** Highest sequence of which a frame of it came; -1: none yet. */
  lastSequence: number;
  leaseUntil: number;
  /** The first call that ends the lease. */
  leaseSequence: number;
  phase: string | null;
  left: boolean;
}

export const DEFAULT_CHUNK_BYTES = 1 << 20;
const DEFAULT_STRAIGHT_REDUCE_BYTES = 128 << 10;

/** The protocol of all transports: numbers the calls, cuts and joins messages, reduces in rank order, ends on the first error. */
export class WireCollective implements Collective, WireReceiver {
  readonly rank: number;
  readonly worldSize: number;
  readonly #wire: Wire;
  readonly #chunkBytes: number;
  readonly #straightReduceBytes: number;
  readonly #progressMs: number;
  readonly #now: () => number;
  readonly #peers: Peer[];
  readonly #others: readonly number[];
  readonly #arena: Arena;
  readonly #calls = new Map<number, Call>();
  /** Frames of calls that this rank has not made yet; their senders' window bounds them. */
  readonly #early = new Map<number, IncomingFrame[]>();
  readonly #running = new Set<Promise<unknown>>();
  #nextSequence = 0;
  #failure: ArcFleetError | null = null;
  #closing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(wire: Wire, options: WireCollectiveOptions) {
    if (endianness() !== 'LE') throw new ArcFleetError('engine_unavailable', 'Collectives need a little-endian machine.');
    this.#wire = wire;
    this.rank = wire.rank;
    this.worldSize = wire.worldSize;
    this.#chunkBytes = options.chunkBytes ?? DEFAULT_CHUNK_BYTES;
    this.#straightReduceBytes = options.straightReduceBytes ?? DEFAULT_STRAIGHT_REDUCE_BYTES;
    this.#progressMs = options.progressMs;
    this.#now = options.now ?? (() => performance.now());
    const now = this.#now();
    this.#peers = Array.from({ length: wire.worldSize }, () => ({
      lastFrameAt: now,
      lastSequence: -1,
      leaseUntil: 0,
      leaseSequence: 0,
      phase: null,
      left: false,
    }));
    // From the next rank on, so that not all begin with the same reader.
    this.#others = Array.from({ length: this.worldSize - 1 }, (_, index) => (this.rank + 1 + index) % this.worldSize);
    this.#arena = new Arena(this.#chunkBytes);
    wire.start(this);
  }

  allGather(payload: Payload): Promise<Payload[]> {
    return this.#run('allGather', {}, async (call) => {
      const sent = this.#send(call, 'all', messageOf(payload));
      const messages = await this.#receiveFromAll(call, messageOf(payload));
      await sent;
      return messages.map((message, rank) => (rank === this.rank ? payload : payloadOf(message)));
    });
  }

  reduceScatter(values: Float32Array, counts: readonly number[], options: ReduceOptions = {}): Promise<Float32Array> {
    const wire = options.wire ?? 'float32';
    const facts = { reduction: 'sum' as const, wire, agreement: agreementOf(counts) };
    return this.#run('reduceScatter', facts, async (call) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      if (counts.length !== this.worldSize || total !== values.length || counts.some((count) => !(count >= 0))) {
        throw new ArcFleetError(
          'shape_mismatch',
          `reduceScatter of ${values.length} values over ${this.worldSize} ranks got counts [${counts.join(', ')}].`,
          { counts: [...counts], length: values.length, worldSize: this.worldSize },
        );
      }
      const out = new Float32Array(counts[this.rank]!);
      await this.#reduceOwnSegment(call, values, counts, out, { reduction: 'sum', wire, roundsResult: false });
      return out;
    });
  }

  allReduce(values: Float32Array, operation: Reduction, options: AllReduceOptions = {}): Promise<Float32Array> {
    const { wire = 'float32', into } = options;
    const facts = { reduction: operation, wire, agreement: agreementOf([values.length]) };
    return this.#run('allReduce', facts, async (call) => {
      if (into !== undefined && into.length !== values.length) {
        throw new ArcFleetError(
          'shape_mismatch',
          `allReduce of ${values.length} values got an array of ${into.length} for its result.`,
          { length: values.length, into: into.length },
        );
      }
      const out = into ?? new Float32Array(values.length);
      const numBytes = values.length * elementBytesOf(wire);
      const extraReads = (((this.worldSize - 1) * (this.worldSize - 2)) / this.worldSize) * numBytes;
      const isStraight = this.worldSize === 1 || (numBytes <= this.#chunkBytes && extraReads <= this.#straightReduceBytes);
      if (isStraight) await this.#reduceStraight(call, values, out, { reduction: operation, wire });
      else await this.#reduceInTwoStages(call, values, out, { reduction: operation, wire });
      return out;
    });
  }

  broadcast(payload: Payload | null, root: number): Promise<Payload> {
    return this.#run('broadcast', { root }, async (call) => {
      this.#checkRoot(root);
      if (root !== this.rank) return payloadOf(await call.receive(root, 0));
      if (payload === null) {
        throw new ArcFleetError('shape_mismatch', `Rank ${root} is the root of a broadcast and must give a payload.`, { root });
      }
      await this.#send(call, 'all', messageOf(payload));
      return payload;
    });
  }

  gather(payload: Payload, root: number): Promise<Payload[] | null> {
    return this.#run('gather', { root }, async (call) => {
      this.#checkRoot(root);
      if (root !== this.rank) {
        await this.#send(call, root, messageOf(payload));
        return null;
      }
      const messages = await this.#receiveFromAll(call, messageOf(payload));
      return messages.map((message, rank) => (rank === root ? payload : payloadOf(message)));
    });
  }

  barrier(): Promise<void> {
    return this.#run('barrier', {}, async (call) => {
      const nothing: Message = { dtype: 'bytes', shape: [0], bytes: new Uint8Array(0) };
      const sent = this.#send(call, 'all', nothing);
      await this.#receiveFromAll(call, nothing);
      await sent;
    });
  }

  extendLease(ms: number, phase: string): void {
    this.#wire.extendLease(ms, phase, this.#nextSequence);
  }

  async abort(reason: string): Promise<void> {
    await this.#fail(new ArcFleetError('peer_aborted', `Rank ${this.rank} gave up: ${reason}`, { rank: this.rank, reason }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  traffic(): { sentBytes: number; receivedBytes: number } {
    return { sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes };
  }

  place(header: FrameHeader, length: number): Uint8Array | null {
    if (this.#failure !== null || header.generation !== this.#wire.generation || header.from >= this.worldSize) return null;
    try {
      return this.#calls.get(header.sequence)?.place(header, length) ?? null;
    } catch {
      // The frame itself is refused with the reason when it has come.
      return null;
    }
  }

  onFrame(frame: IncomingFrame): void {
    const { generation, from, sequence } = frame.header;
    if (this.#failure !== null) return;
    // Keys carry the generation, so such a frame means a peer with a wrong address: refused, never mixed in.
    if (generation < this.#wire.generation || from >= this.worldSize || from === this.rank) {
      frame.consumed();
      return;
    }
    if (generation > this.#wire.generation) {
      const message = `Generation ${generation} of the run is running; this rank belongs to generation ${this.#wire.generation}.`;
      void this.#fail(new ArcFleetError('stale_generation', message, { generation: this.#wire.generation, newest: generation }));
      return;
    }
    const peer = this.#peers[from]!;
    peer.lastFrameAt = this.#now();
    peer.lastSequence = Math.max(peer.lastSequence, sequence);
    // What it was busy with is done. A frame that it sent before it asked for patience says nothing of that.
    if (peer.lastSequence >= peer.leaseSequence) peer.leaseUntil = 0;
    if (sequence >= this.#nextSequence) {
      const waiting = this.#early.get(sequence);
      if (waiting === undefined) this.#early.set(sequence, [frame]);
      else waiting.push(frame);
      return;
    }
    this.#deliver(frame);
  }

  onLease(rank: number, ms: number, phase: string, sequence: number): void {
    const peer = this.#peers[rank]!;
    // Frames and leases travel apart: the frame that ends this lease may have come first.
    if (peer.lastSequence >= sequence) return;
    peer.leaseUntil = this.#now() + ms;
    peer.leaseSequence = sequence;
    peer.phase = phase;
  }

  onLeft(rank: number): void {
    this.#peers[rank]!.left = true;
    this.#checkProgress();
  }

  onFailure(error: ArcFleetError): void {
    void this.#fail(error, error.details['reportedBy'] === undefined);
  }

  /** Numbers the call, feeds it what came early, and makes every error the collective's end. */
  #run<T>(operation: Operation, facts: Partial<CallFacts>, body: (call: Call) => Promise<T>): Promise<T> {
    const result = this.#runCall(operation, facts, body);
    // Callers may await several calls in any order: the one that they come to last must not count as unhandled meanwhile.
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return result;
  }

  async #runCall<T>(operation: Operation, facts: Partial<CallFacts>, body: (call: Call) => Promise<T>): Promise<T> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closing !== null) {
      throw new ArcFleetError('peer_aborted', `Rank ${this.rank} called ${operation} after it had closed the collective.`);
    }
    const sequence = this.#nextSequence++;
    const agreed: CallFacts = { reduction: null, wire: 'float32', root: null, agreement: 0, ...facts, operation };
    const call = new Call(sequence, agreed, this.#now);
    this.#calls.set(sequence, call);
    this.#startTimer();
    const early = this.#early.get(sequence);
    this.#early.delete(sequence);
    try {
      // The body sends before its first await, so that frames leave in the order of the calls.
      const result = body(call);
      early?.forEach((frame) => this.#deliver(frame));
      this.#checkProgress();
      return await Promise.race([result, call.failed]);
    } catch (error) {
      const known = error instanceof ArcFleetError ? error : this.#unexpected(operation, sequence, error);
      void this.#fail(known);
      throw this.#failure ?? known;
    } finally {
      this.#calls.delete(sequence);
    }
  }

  #unexpected(operation: Operation, sequence: number, cause: unknown): ArcFleetError {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new ArcFleetError(
      'collective_lost',
      `${operation} (sequence ${sequence}) failed: ${text}`,
      { operation, sequence },
      { cause },
    );
  }

  #deliver(frame: IncomingFrame): void {
    const call = this.#calls.get(frame.header.sequence);
    try {
      // No call: it is done, so this is a duplicate.
      const received = call?.accept(frame) ?? 0;
      this.#receivedBytes += received;
      frame.consumed();
    } catch (error) {
      void this.#fail(
        error instanceof ArcFleetError ? error : this.#unexpected(frame.header.operation, frame.header.sequence, error),
      );
    }
  }

  /** Everyone's message of stage 0 in rank order, own one included; all must agree on dtype and on all but the first axis. */
  async #receiveFromAll(call: Call, own: Message): Promise<Message[]> {
    const ranks = Array.from({ length: this.worldSize }, (_, rank) => rank);
    const messages = await Promise.all(ranks.map((rank) => (rank === this.rank ? own : call.receive(rank, 0))));
    messages.forEach(({ dtype, shape }, rank) => {
      const fits =
        dtype === own.dtype && shape.length === own.shape.length && shape.every((size, i) => i === 0 || size === own.shape[i]);
      if (fits) return;
      throw new ArcFleetError(
        'collective_mismatch',
        `${call.facts.operation} (sequence ${call.sequence}): rank ${rank} sent ${dtype} [${shape.join(', ')}], rank ${this.rank} has ${own.dtype} [${own.shape.join(', ')}].`,
        { sequence: call.sequence, rank, dtype, shape: [...shape] },
      );
    });
    return messages;
  }

  #send(call: Call, lane: Lane, { dtype, shape, bytes }: Message): Promise<unknown> {
    if (this.worldSize === 1) return Promise.resolve();
    const dataOf = (start: number, end: number) => bytes.subarray(start, end);
    const frames = framesOf({ dtype, shape, numBytes: bytes.length }, this.#addressOf(call, 0), call.facts, this.#cut, dataOf);
    return ignored(Promise.all(Array.from(frames, (frame) => this.#sendFrame(lane, frame, false))));
  }

  #sendFrame(lane: Lane, frame: OutgoingFrame, isUrgent: boolean): Promise<void> {
    this.#sentBytes += frame.sizeBytes;
    return this.#wire.send(lane, frame, isUrgent);
  }

  #addressOf({ sequence }: Call, stage: number) {
    return { generation: this.#wire.generation, from: this.rank, sequence, stage };
  }

  get #cut() {
    return { chunkBytes: this.#chunkBytes, hasChecksums: this.#wire.hasChecksums };
  }

  /** Frames of a part of a reduction: views for float32; for bfloat16 each is rounded when its turn comes. */
  #partsOf(call: Call, values: Float32Array, wire: WireType, stage: number): { frame: OutgoingFrame; free: () => void }[] {
    const made: (Uint8Array | undefined)[] = [];
    const dataOf = (start: number, end: number) => {
      if (wire === 'float32') return bytesOf(values).subarray(start, end);
      const data = this.#arena.take(end - start);
      this.#arena.round(values.subarray(start / 2, end / 2), halvesOf(data));
      made[Math.floor(start / this.#chunkBytes)] = data;
      return data;
    };
    const message = { dtype: wire, shape: [values.length], numBytes: values.length * elementBytesOf(wire) };
    const frames = framesOf(message, this.#addressOf(call, stage), call.facts, this.#cut, dataOf);
    const free = (chunk: number) => {
      const data = made[chunk];
      if (data !== undefined) this.#arena.give(data);
    };
    return Array.from(frames, (frame, chunk) => ({ frame, free: () => free(chunk) }));
  }

  /** Every rank sends each peer that peer's segment, and reduces its own one. */
  async #reduceOwnSegment(
    call: Call,
    values: Float32Array,
    counts: readonly number[],
    out: Float32Array,
    options: ReductionOptions,
  ): Promise<void> {
    const starts = startsOf(counts);
    const segmentOf = (rank: number) => values.subarray(starts[rank], starts[rank]! + counts[rank]!);
    this.#expectParts(call, segmentOf(this.rank), out, options);
    const parts = this.#others.map((peer) => ({ peer, frames: this.#partsOf(call, segmentOf(peer), options.wire, 0) }));
    const longest = Math.max(0, ...parts.map(({ frames }) => frames.length));
    const sends: Promise<void>[] = [];
    // In turn, so that every owner can begin at once.
    for (let chunk = 0; chunk < longest; chunk++) {
      for (const { peer, frames } of parts) {
        const part = frames[chunk];
        if (part !== undefined) sends.push(this.#sendFrame(peer, part.frame, false).then(part.free));
      }
    }
    const sent = ignored(Promise.all(sends));
    await call.complete(this.#others, 0);
    await sent;
  }

  #expectParts(call: Call, own: Float32Array, out: Float32Array, { onReduced = () => undefined, ...options }: ReductionOptions) {
    const { rank, worldSize } = this;
    const where = { rank, worldSize, chunkBytes: this.#chunkBytes, arena: this.#arena };
    const segment = new SegmentReduction({ own, out, onReduced, ...where, ...options });
    for (const peer of this.#others) call.expect(peer, 0, segment.sinkOf(peer));
  }

  /** Everyone sends all, and every rank reduces all. */
  async #reduceStraight(call: Call, values: Float32Array, out: Float32Array, options: ReductionKind): Promise<void> {
    // What others still have to read must not be overwritten.
    const own = values.buffer === out.buffer ? values.slice() : values;
    this.#expectParts(call, own, out, { ...options, roundsResult: true });
    const parts = this.worldSize === 1 ? [] : this.#partsOf(call, own, options.wire, 0);
    const sent = ignored(Promise.all(parts.map(({ frame, free }) => this.#sendFrame('all', frame, false).then(free))));
    await call.complete(this.#others, 0);
    await sent;
  }

  /**
   * Rank r reduces segment r and sends every chunk of it to all as soon as it is there. When a reduced chunk comes, this rank's part of
   * it has been read by its owner: so the result may lie where the values did.
   */
  async #reduceInTwoStages(call: Call, values: Float32Array, out: Float32Array, options: ReductionKind): Promise<void> {
    const counts = segmentCounts(values.length, this.worldSize);
    const starts = startsOf(counts);
    const segmentOf = (rank: number) => out.subarray(starts[rank], starts[rank]! + counts[rank]!);
    for (const peer of this.#others) call.expect(peer, 1, this.#resultSink(segmentOf(peer), options.wire));
    const own = segmentOf(this.rank);
    const parts = this.#partsOf(call, own, options.wire, 1);
    const sends: Promise<void>[] = [];
    const onReduced = (chunk: number) => {
      const { frame, free } = parts[chunk]!;
      sends.push(this.#sendFrame('all', frame, true).then(free));
    };
    await this.#reduceOwnSegment(call, values, counts, own, { ...options, roundsResult: true, onReduced });
    const sent = ignored(Promise.all(sends));
    await call.complete(this.#others, 1);
    await sent;
  }

  /** Puts a peer's reduced segment into its place. */
  #resultSink(out: Float32Array, wire: WireType): ChunkSink {
    const chunkBytes = this.#chunkBytes;
    const base = { dtype: wire, length: out.length, chunkBytes };
    if (wire === 'float32') {
      const place = (chunk: number, numBytes: number) => bytesOf(out).subarray(chunk * chunkBytes, chunk * chunkBytes + numBytes);
      return new ChunkSink({ ...base, memory: place, take: () => undefined });
    }
    return new ChunkSink({
      ...base,
      memory: (_chunk, numBytes) => this.#arena.take(numBytes),
      take: (chunk, data) => {
        const start = (chunk * chunkBytes) / 2;
        this.#arena.widen(halvesOf(data), out.subarray(start, start + data.length / 2));
        this.#arena.give(data);
      },
    });
  }

  #checkRoot(root: number): void {
    if (Number.isInteger(root) && root >= 0 && root < this.worldSize) return;
    throw new ArcFleetError('shape_mismatch', `Root ${root} is not a rank of ${this.worldSize}.`, { root });
  }

  #startTimer(): void {
    if (this.#timer !== null || this.worldSize === 1) return;
    this.#timer = setInterval(() => this.#checkProgress(), Math.max(10, Math.min(1_000, this.#progressMs / 4)));
    this.#timer.unref();
  }

  /** Ends the collective when a peer that some call waits for has left, or has been silent for longer than its lease. */
  #checkProgress(): void {
    if (this.#failure !== null) return;
    const now = this.#now();
    for (const call of this.#calls.values()) {
      for (const { rank, since } of call.waiting()) {
        const peer = this.#peers[rank]!;
        const { operation } = call.facts;
        const details = { rank, sequence: call.sequence, operation, phase: peer.phase };
        if (peer.left) {
          const message = `Rank ${rank} left, but ${operation} (sequence ${call.sequence}) needs it.`;
          void this.#fail(new ArcFleetError('peer_lost', message, details));
          return;
        }
        const limit = Math.max(Math.max(since, peer.lastFrameAt), peer.leaseUntil) + this.#progressMs;
        if (now <= limit) continue;
        const message = `Rank ${rank} is alive but sent nothing for ${operation} (sequence ${call.sequence}) within ${Math.round(now - since)} ms${peer.phase === null ? '' : `; its last phase was "${peer.phase}"`}.`;
        void this.#fail(new ArcFleetError('peer_lost', message, details));
        return;
      }
    }
  }

  async #fail(error: ArcFleetError, tellPeers = true): Promise<void> {
    if (this.#failure !== null) return;
    this.#failure = error;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#early.clear();
    for (const call of this.#calls.values()) call.fail(error);
    if (tellPeers) await this.#wire.abort(error.toReport()).catch(() => undefined);
  }

  async #closeOnce(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#wire.close(this.#failure === null);
  }
}

interface ReductionKind {
  readonly reduction: Reduction;
  readonly wire: WireType;
}

interface ReductionOptions extends ReductionKind {
  readonly roundsResult: boolean;
  /** A chunk of the own segment is done. */
  readonly onReduced?: (chunk: number) => void;
}

function halvesOf({ buffer, byteOffset, byteLength }: Uint8Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

/** Where each segment starts. */
function startsOf(counts: readonly number[]): number[] {
  let start = 0;
  return counts.map((count) => (start += count) - count);
}

/** Awaited only after the peers' messages; the collective's failure reports it meanwhile. */
function ignored<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
