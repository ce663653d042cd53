import { ArcFleetError, errorFromReport } from '#contracts';
import type { ErrorReport } from '#contracts';
import type { CollectiveAddress, CollectiveTiming } from '../../collective.js';
import { Liveness } from '../../protocol/liveness.js';
import type { Lane, OutgoingFrame, Wire, WireReceiver } from '../../protocol/wire.js';
import { formatAbort, parseAbort } from '../coordination/abort-report.js';
import type { Connections } from '../coordination/connections.js';
import { bounded, leave, raiseAbort } from '../coordination/farewell.js';
import type { GenerationKeys } from '../coordination/keys.js';
import { Pulse } from '../coordination/pulse.js';
import { FrameReader } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';
import type { Mesh } from './mesh.js';

export interface TcpWireOptions {
  readonly address: CollectiveAddress;
  readonly keys: GenerationKeys;
  readonly streams: readonly string[];
  readonly connections: Connections;
  readonly timing: CollectiveTiming;
  readonly nonce: string;
  readonly ttlMs: number;
  readonly windowBytes: number;
}

/**
 * Frames over one connection for each direction of each pair of ranks: the reader opened it. Heartbeats, leases and the abort flag stay
 * in Redis; a connection that breaks is a faster sign. Rules are in `docs/protocols/collective.md`.
 */
export class TcpWire implements Wire {
  readonly rank: number;
  readonly worldSize: number;
  readonly generation: number;
  /** TCP has its own, and links below it better ones. */
  readonly hasChecksums = false;
  readonly #options: TcpWireOptions;
  readonly #readers = new Map<number, FrameReader>();
  readonly #writers = new Map<number, FrameWriter>();
  readonly #pulse: Pulse;
  readonly #liveness: Liveness;
  readonly #left = new Set<number>();
  #receiver: WireReceiver | null = null;
  #timer: NodeJS.Timeout | null = null;
  #hasFailed = false;
  /** Why it has failed, if the wire knew first. */
  #failure: ArcFleetError | null = null;
  #isClosing = false;
  #onFailed!: (error: ArcFleetError) => void;
  /** Resolves with what ended the generation; never, when it ends in order. */
  readonly failed: Promise<ArcFleetError>;

  constructor(options: TcpWireOptions) {
    const { address, keys, streams, connections, timing, nonce, ttlMs } = options;
    this.#options = options;
    this.rank = address.rank;
    this.worldSize = address.worldSize;
    this.generation = address.generation;
    this.failed = new Promise((resolve) => {
      this.#onFailed = resolve;
    });
    const peers = peersOf(address);
    for (const peer of peers) this.#readers.set(peer, this.#readerOf(peer));
    this.#pulse = new Pulse({
      control: connections.control,
      keys,
      streams,
      address,
      nonce,
      timing,
      ttlMs,
      lastError: connections.lastError,
      onLease: (peer, ms, phase, sequence) => this.#receiver?.onLease(peer, ms, phase, sequence),
      onBeat: () => undefined,
      onFailure: (error) => this.#fail(error),
    });
    this.#liveness = new Liveness({
      // Both connections of a pair: the one that is read, and behind them the one that is written.
      peers: [...peers, ...peers.map((peer) => peer + this.worldSize)],
      peerTimeoutMs: timing.peerTimeoutMs,
      maxGapMs: 4 * timing.heartbeatMs,
      now: performance.now(),
    });
    // Peers that stand wait for this rank while it still connects.
    this.#pulse.start();
  }

  /** Where the bytes of a peer go, before its connection stands. */
  reader(peer: number): FrameReader {
    return this.#readers.get(peer)!;
  }

  /** Takes the connections of {@link Mesh}; to be called before `start`. */
  takeMesh({ sockets }: Mesh): void {
    const { windowBytes } = this.#options;
    for (const [peer, socket] of sockets) {
      const onGone = (reason: string) => void this.#onGone(peer, reason);
      this.#writers.set(peer, new FrameWriter({ socket, windowBytes, onGone }));
    }
  }

  start(receiver: WireReceiver): void {
    this.#receiver = receiver;
    if (this.#failure !== null) {
      const error = this.#failure;
      queueMicrotask(() => receiver.onFailure(error));
      return;
    }
    for (const reader of this.#readers.values()) reader.begin();
    this.#timer = setInterval(() => this.#tick(), this.#options.timing.heartbeatMs);
  }

  async send(lane: Lane, frame: OutgoingFrame, isUrgent: boolean): Promise<void> {
    this.#pulse.endLease(frame.sequence);
    if (lane !== 'all') return this.#writers.get(lane)!.send(frame, isUrgent);
    await Promise.all(Array.from(this.#writers.values(), (writer) => writer.send(frame, isUrgent)));
  }

  extendLease(ms: number, phase: string, sequence: number): void {
    this.#pulse.extendLease(ms, phase, sequence);
  }

  async abort(report: ErrorReport): Promise<void> {
    this.#end(errorFromReport(report));
    const { keys, connections, address } = this.#options;
    const text = formatAbort(this.rank, report);
    for (const writer of this.#writers.values()) writer.sayAbort(text);
    await raiseAbort(connections.control, keys, address, report);
  }

  async close(inOrder: boolean): Promise<void> {
    const { keys, streams, connections, timing, nonce, address } = this.#options;
    this.#isClosing = true;
    if (inOrder && !this.#hasFailed) {
      for (const writer of this.#writers.values()) writer.sayBye();
      const taken = Promise.all(Array.from(this.#writers.values(), ({ farewell }) => farewell));
      await bounded(Promise.race([taken, this.failed]), 2 * timing.peerTimeoutMs);
    }
    this.stop();
    await leave(connections.control, keys, streams, address, nonce);
    for (const end of [...this.#readers.values(), ...this.#writers.values()]) end.destroy();
    connections.disconnect();
  }

  #readerOf(peer: number): FrameReader {
    return new FrameReader({
      peer,
      ackBytes: this.#options.windowBytes / 4,
      place: (header, length) => this.#receiver!.place(header, length),
      onFrame: (frame) => this.#receiver!.onFrame(frame),
      onBye: () => this.#onBye(peer),
      onAbort: (text) => this.#fail(errorFromReport(parseAbort(text, this.rank))),
      onGone: (reason) => void this.#onGone(peer, reason),
      onLost: (error) => this.#fail(error),
    });
  }

  #tick(): void {
    const signs = new Map<number, string>();
    const now = performance.now();
    // A peer that still connects with others says nothing yet: until it does, its heartbeat alone counts.
    const signOf = ({ signs: number }: { readonly signs: number }) => (number === 0 ? `${now}` : `${number} signs`);
    for (const [peer, reader] of this.#readers) {
      reader.answer();
      signs.set(peer, signOf(reader));
    }
    for (const [peer, writer] of this.#writers) {
      writer.keepAlive();
      signs.set(peer + this.worldSize, signOf(writer));
    }
    this.#liveness.look(now, signs);
    const dead = this.#liveness.dead(now);
    if (dead === null) return;
    const peer = dead.rank % this.worldSize;
    const silentMs = Math.round(dead.silentMs);
    const message = `Rank ${peer} is gone: nothing came on its connection for ${silentMs} ms.`;
    this.#fail(new ArcFleetError('peer_lost', message, { rank: peer, silentMs }));
  }

  #onBye(peer: number): void {
    this.#left.add(peer);
    this.#liveness.forget(peer);
    this.#liveness.forget(peer + this.worldSize);
    this.#pulse.forget(peer);
    this.#writers.get(peer)?.end();
    this.#receiver!.onLeft(peer);
  }

  /** A connection broke without a goodbye. Whoever gave up says why before it closes: so the abort flag is looked at first. */
  async #onGone(peer: number, reason: string): Promise<void> {
    if (this.#hasFailed || this.#isClosing || this.#left.has(peer)) return;
    await bounded(this.#pulse.look());
    if (this.#left.has(peer)) return;
    const message = `Rank ${peer} is gone: the connection with it broke (${reason}).`;
    this.#fail(new ArcFleetError('peer_lost', message, { rank: peer, reason }));
  }

  #fail(error: ArcFleetError): void {
    if (this.#hasFailed) return;
    this.#end(error);
    this.#receiver?.onFailure(error);
  }

  /** After a failure nothing is read or watched any more. The connections stay until `close`: peers may still read an abort on them. */
  #end(error: ArcFleetError): void {
    this.#hasFailed = true;
    this.#failure = error;
    for (const reader of this.#readers.values()) reader.end();
    this.stop();
    this.#onFailed(error);
  }

  /** Ends heartbeat and watch. */
  stop(): void {
    this.#pulse.stop();
    if (this.#timer !== null) clearInterval(this.#timer);
  }
}

export function peersOf({ rank, worldSize }: CollectiveAddress): number[] {
  return Array.from({ length: worldSize }, (_, peer) => peer).filter((peer) => peer !== rank);
}
