export interface LivenessOptions {
  readonly peers: readonly number[];
  /** A peer whose heartbeat has not changed for longer than this is dead. */
  readonly peerTimeoutMs: number;
  /** Two of the own looks further apart than this mean that this rank (or its connection) was away; peers get that time back. */
  readonly maxGapMs: number;
  readonly now: number;
}

/** Who is alive, by heartbeats seen to change. Clocks of different machines are never compared. */
export class Liveness {
  readonly #options: LivenessOptions;
  readonly #peers = new Map<number, { beat: string | null; changedAt: number }>();
  #lookedAt: number;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#lookedAt = options.now;
    for (const rank of options.peers) this.#peers.set(rank, { beat: null, changedAt: options.now });
  }

  /** Takes the heartbeats read at `now` (ms, monotonic). */
  look(now: number, beats: ReadonlyMap<number, string>): void {
    const gap = now - this.#lookedAt;
    const credit = gap > this.#options.maxGapMs ? gap : 0;
    this.#lookedAt = now;
    for (const [rank, peer] of this.#peers) {
      const beat = beats.get(rank);
      if (beat !== undefined && beat !== peer.beat) {
        peer.beat = beat;
        peer.changedAt = now;
      } else {
        peer.changedAt += credit;
      }
    }
  }

  /** A peer that left in order is no longer watched. */
  forget(rank: number): void {
    this.#peers.delete(rank);
  }

  /** First dead peer at `now` and for how long it has been silent, or null. */
  dead(now: number): { rank: number; silentMs: number } | null {
    for (const [rank, { changedAt }] of this.#peers) {
      const silentMs = now - changedAt;
      if (silentMs > this.#options.peerTimeoutMs) return { rank, silentMs };
    }
    return null;
  }
}
