/** Element types that travel. `bytes` is opaque; `bfloat16` elements are their bits (see `toBfloat16`, `fromBfloat16`). */
export type DType = 'float32' | 'int32' | 'bytes' | 'bfloat16';

/** One rank's contribution: elements in row-major order. Ranks must agree on dtype and on all but the first axis. */
export interface Payload {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Little-endian elements; length = product of shape x element size. */
  readonly data: Float32Array | Int32Array | Uint8Array | Uint16Array;
}

/** Format of float32 on the wire of a reduction. bfloat16 halves the bytes; every rank rounds its own part as its peers see it. */
export type WireType = 'float32' | 'bfloat16';

export interface ReduceOptions {
  readonly wire?: WireType;
}

export interface AllReduceOptions extends ReduceOptions {
  /**
   * Array of the same length for the result, which is then what the promise resolves to; it may be `values` itself. The caller
   * leaves it alone until then. In shared memory nothing is copied between threads.
   */
  readonly into?: Float32Array;
}

/**
 * Collectives among the ranks of one generation, addressed by (run, generation, sequence), never by time.
 *
 * Every rank calls the same operations in the same order; the n-th call on a rank has sequence n. Several calls may be in
 * flight at once (their promises may be awaited later and in any order). Results are **bit-identical on all ranks**:
 * sums run in rank order, whoever computes them.
 *
 * Every operation rejects with an ArcFleetError: `peer_lost` (names the rank; within 10 s of its death), `peer_aborted`,
 * `stale_generation`, `collective_mismatch` (ranks called different operations or shapes), `collective_lost` (data is gone
 * from the transport). After a rejection the collective is broken: all pending and later calls reject with the same error,
 * and peers are told.
 */
export interface Collective {
  readonly rank: number;
  readonly worldSize: number;

  /**
   * Every rank's payload, in rank order; own payload is the very object given (not read back). For float32 at half the bytes give
   * `toBfloat16(values)` as dtype `bfloat16`, and read all of them, the own one too, with `fromBfloat16`: all ranks see the same.
   */
  allGather(payload: Payload): Promise<Payload[]>;
  /** Elementwise sum of `values` over ranks; rank r receives segment r, whose lengths are `counts` (sum = values.length). */
  reduceScatter(values: Float32Array, counts: readonly number[], options?: ReduceOptions): Promise<Float32Array>;
  /** Elementwise sum or maximum over ranks, as a new array unless `into` is given. */
  allReduce(values: Float32Array, operation: 'sum' | 'max', options?: AllReduceOptions): Promise<Float32Array>;
  /** `root`'s payload on every rank; the other ranks pass null. */
  broadcast(payload: Payload | null, root: number): Promise<Payload>;
  /** Every rank's payload on `root`, null elsewhere. */
  gather(payload: Payload, root: number): Promise<Payload[] | null>;
  barrier(): Promise<void>;

  /**
   * Tells peers that this rank is alive but busy (graph build, checkpoint, verification), so that they wait up to `ms` longer
   * for its next payload than {@link CollectiveTiming.progressMs}. Holds until this rank's next call; the latest lease counts.
   */
  extendLease(ms: number, phase: string): void;
  /** Tells peers to stop: their pending calls reject with `peer_aborted` carrying `reason`. Idempotent. */
  abort(reason: string): Promise<void>;
  /** Leaves in order: waits until peers have what they need, deletes own keys, closes connections. */
  close(): Promise<void>;
  /** Bytes sent and received so far, payload only. */
  traffic(): { sentBytes: number; receivedBytes: number };
}

export interface CollectiveTiming {
  /** Period of the own heartbeat. */
  readonly heartbeatMs: number;
  /** A peer whose heartbeat is older than this is dead. */
  readonly peerTimeoutMs: number;
  /** A live peer may take that long between two collectives before it counts as stuck (leases extend it). */
  readonly progressMs: number;
  readonly rendezvousTimeoutMs: number;
}

export const DEFAULT_TIMING: CollectiveTiming = {
  heartbeatMs: 500,
  peerTimeoutMs: 6_000,
  progressMs: 120_000,
  rendezvousTimeoutMs: 60_000,
};

export interface CollectiveAddress {
  readonly runId: string;
  readonly generation: number;
  readonly rank: number;
  readonly worldSize: number;
}
