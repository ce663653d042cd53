import { ArcFleetError, errorFromReport } from '#contracts';
import type { ErrorReport } from '#contracts';
import type { CollectiveAddress, CollectiveTiming } from '../../collective.js';
import type { Lane, OutgoingFrame, Wire, WireReceiver } from '../../protocol/wire.js';
import { parseAbort } from '../coordination/abort-report.js';
import type { Connections } from '../coordination/connections.js';
import { bounded, leave, raiseAbort } from '../coordination/farewell.js';
import type { GenerationKeys } from '../coordination/keys.js';
import { Outbox } from './outbox.js';
import { Pulse } from '../coordination/pulse.js';
import { StreamReader } from './reader.js';

export interface RedisStreamsWireOptions {
  readonly address: CollectiveAddress;
  readonly keys: GenerationKeys;
  /** Streams of this rank. */
  readonly streams: readonly string[];
  readonly connections: Connections;
  readonly timing: CollectiveTiming;
  /** Proof of holding the rank, from the rendezvous. */
  readonly nonce: string;
  readonly ttlMs: number;
  readonly windowBytes: number;
}

/** Small messages between ranks, in inbox streams. All of them may come twice. */
type InboxMessage =
  | { type: 'ready' }
  | { type: 'ack'; from: number; all: number; own: number }
  /** The sender has sent its last frame (numbers of the last entries), and waits until the reader has it. */
  | { type: 'bye'; from: number; lastAll: number; lastOwn: number; all: number; own: number }
  | { type: 'abort'; text: string };

/** Answers of Redis after which nothing of a peer that has gone can still be under way: the one asked for before, and a later one. */
const READS_AFTER_GONE = 2;

/** Frames over Redis Streams; layout and rules are in `docs/protocols/collective.md`. */
export class RedisStreamsWire implements Wire {
  readonly rank: number;
  readonly worldSize: number;
  readonly generation: number;
  readonly hasChecksums = true;
  readonly #options: RedisStreamsWireOptions;
  readonly #peers: number[];
  readonly #outbox: Outbox;
  readonly #reader: StreamReader;
  readonly #pulse: Pulse;
  /** Peers that said goodbye, with the numbers of their last entries. */
  readonly #leaving = new Map<number, { all: number; own: number }>();
  /** Peers whose streams are gone, with the number of reads at that time. */
  readonly #gone = new Map<number, number>();
  readonly #left = new Set<number>();
  #receiver!: WireReceiver;
  #hasFailed = false;
  #onFailed!: () => void;
  readonly #failed: Promise<void>;

  constructor(options: RedisStreamsWireOptions) {
    const { address, keys, streams, connections, timing, nonce, ttlMs, windowBytes } = options;
    const { rank, worldSize, generation } = address;
    this.#options = options;
    this.rank = rank;
    this.worldSize = worldSize;
    this.generation = generation;
    this.#peers = Array.from({ length: worldSize }, (_, peer) => peer).filter((peer) => peer !== rank);
    this.#failed = new Promise((resolve) => {
      this.#onFailed = resolve;
    });
    const onLost = (error: ArcFleetError) => this.#fail(error);
    this.#outbox = new Outbox({
      writer: connections.writer,
      keys,
      rank,
      worldSize,
      windowBytes,
      acks: (lane) => this.#acks(lane),
      onLost,
    });
    this.#reader = new StreamReader({
      reader: connections.reader,
      keys,
      rank,
      worldSize,
      ackBytes: windowBytes / (2 * worldSize),
      onFrame: (frame) => this.#receiver.onFrame(frame),
      onAck: (from, all, own) => this.#outbox.acknowledge(from, all, own),
      onMessage: (text) => this.#onMessage(JSON.parse(text) as InboxMessage),
      onAckDue: (peer) => this.#sendAck(peer),
      onLost,
    });
    this.#pulse = new Pulse({
      control: connections.control,
      keys,
      streams,
      address,
      nonce,
      timing,
      ttlMs,
      lastError: connections.lastError,
      onLease: (peer, ms, phase, sequence) => this.#receiver.onLease(peer, ms, phase, sequence),
      onBeat: (present) => this.#onBeat(present),
      onFailure: onLost,
    });
  }

  start(receiver: WireReceiver): void {
    this.#receiver = receiver;
    this.#pulse.start();
    void this.#reader.run();
  }

  send(lane: Lane, frame: OutgoingFrame, urgent: boolean): Promise<void> {
    this.#pulse.endLease(frame.sequence);
    return this.#outbox.send(lane, frame, urgent);
  }

  extendLease(ms: number, phase: string, sequence: number): void {
    this.#pulse.extendLease(ms, phase, sequence);
  }

  async abort(report: ErrorReport): Promise<void> {
    this.#end();
    const { keys, connections, address } = this.#options;
    await raiseAbort(connections.control, keys, address, report);
  }

  async close(inOrder: boolean): Promise<void> {
    const { keys, streams, connections, timing, nonce, address } = this.#options;
    if (inOrder && !this.#hasFailed) {
      for (const peer of this.#peers) {
        const last = this.#outbox.lastEntries(peer);
        const { all, own } = this.#reader.position(peer);
        this.#tell(peer, { type: 'bye', from: this.rank, lastAll: last.all, lastOwn: last.own, all, own });
      }
      await bounded(Promise.race([this.#outbox.drained(), this.#failed]), 2 * timing.peerTimeoutMs);
    }
    this.#pulse.stop();
    this.#reader.stop();
    await leave(connections.control, keys, streams, address, nonce);
    connections.disconnect();
  }

  /** What this rank has consumed of everybody's lanes, for an entry of `lane`; whoever reads that lane is told by it. */
  #acks(lane: Lane): Buffer {
    const acks = Buffer.alloc(8 * this.worldSize);
    for (const peer of this.#peers) {
      const { all, own } = this.#reader.position(peer);
      acks.writeUInt32LE(all, 8 * peer);
      acks.writeUInt32LE(own, 8 * peer + 4);
      if (lane === 'all' || lane === peer) this.#reader.markTold(peer);
    }
    return acks;
  }

  #onBeat(present: ReadonlySet<number>): void {
    for (const peer of this.#peers) if (this.#reader.isAckDue(peer)) this.#sendAck(peer);
    this.#outbox.trimIdle();
    this.#checkLeaving();
    this.#checkGone(present);
  }

  /** A peer that said goodbye and has no heartbeat any more has deleted its streams: what was not read by then never comes. */
  #checkGone(present: ReadonlySet<number>): void {
    for (const [peer, { all, own }] of this.#leaving) {
      if (this.#left.has(peer) || present.has(peer)) continue;
      const reads = this.#reader.numReads;
      const since = this.#gone.get(peer) ?? reads;
      this.#gone.set(peer, since);
      if (reads - since < READS_AFTER_GONE) continue;
      const message = `Rank ${peer} left before this rank had read all that it sent: it waited too long for this one.`;
      this.#fail(new ArcFleetError('peer_lost', message, { rank: peer, lastAll: all, lastOwn: own }));
      return;
    }
  }

  #sendAck(peer: number): void {
    const { all, own } = this.#reader.position(peer);
    this.#reader.markTold(peer);
    this.#tell(peer, { type: 'ack', from: this.rank, all, own });
  }

  #tell(peer: number, message: InboxMessage): void {
    const { keys, connections } = this.#options;
    // A peer that has left has no inbox any more; a lost one shows in the heartbeat.
    connections.control
      .xadd(keys.inbox(peer), 'NOMKSTREAM', 'MAXLEN', '~', 10_000, '*', 'm', JSON.stringify(message))
      .catch(() => undefined);
  }

  #onMessage(message: InboxMessage): void {
    if (message.type === 'abort') return this.#fail(errorFromReport(parseAbort(message.text, this.rank)));
    if (message.type === 'ready') return;
    this.#outbox.acknowledge(message.from, message.all, message.own);
    if (message.type === 'ack') return;
    this.#leaving.set(message.from, { all: message.lastAll, own: message.lastOwn });
    this.#pulse.forget(message.from);
    this.#outbox.forget(message.from);
    this.#reader.tellPromptly(message.from);
    this.#sendAck(message.from);
    this.#checkLeaving();
  }

  #checkLeaving(): void {
    for (const [peer, { all, own }] of this.#leaving) {
      if (this.#left.has(peer) || !this.#reader.hasRead(peer, all, own)) continue;
      this.#left.add(peer);
      this.#receiver.onLeft(peer);
    }
  }

  #fail(error: ArcFleetError): void {
    if (this.#hasFailed) return;
    this.#end();
    this.#receiver.onFailure(error);
  }

  /** After a failure nothing is read or watched any more; keys go with `close`, or by their TTL. */
  #end(): void {
    this.#hasFailed = true;
    this.#reader.stop();
    this.#pulse.stop();
    this.#onFailed();
  }
}
