import type { Redis } from 'ioredis';
import { ArcFleetError, errorFromReport } from '#contracts';
import type { CollectiveAddress, CollectiveTiming } from '../../collective.js';
import { Liveness } from '../../protocol/liveness.js';
import { parseAbort } from './abort-report.js';
import type { GenerationKeys } from './keys.js';
import { BEAT, FENCE_TTL_MS } from './scripts.js';

export interface PulseOptions {
  readonly control: Redis;
  readonly keys: GenerationKeys;
  /** Streams of this rank, which live as long as its heart beats. */
  readonly streams: readonly string[];
  readonly address: CollectiveAddress;
  readonly nonce: string;
  readonly timing: CollectiveTiming;
  readonly ttlMs: number;
  readonly lastError: () => string | null;
  readonly onLease: (rank: number, ms: number, phase: string, sequence: number) => void;
  /** After every heartbeat, with the ranks that have one: time to send what is due. */
  readonly onBeat: (present: ReadonlySet<number>) => void;
  readonly onFailure: (error: ArcFleetError) => void;
}

interface Beat {
  n: number;
  leaseMs: number;
  phase: string | null;
  /** The call that ends the lease. */
  sequence: number;
}

/** Own heartbeat and the watch over the peers': one script call per period. */
export class Pulse {
  readonly #options: PulseOptions;
  readonly #liveness: Liveness;
  readonly #now = () => performance.now();
  #timer: NodeJS.Timeout | null = null;
  #inFlight: Promise<void> | null = null;
  #count = 0;
  #lastTickAt: number;
  #lastAnswerAt: number;
  #leaseUntil = 0;
  #phase: string | null = null;
  #leaseSequence = 0;

  constructor(options: PulseOptions) {
    this.#options = options;
    const { address, timing } = options;
    const now = this.#now();
    this.#lastTickAt = now;
    this.#lastAnswerAt = now;
    this.#liveness = new Liveness({
      peers: Array.from({ length: address.worldSize }, (_, rank) => rank).filter((rank) => rank !== address.rank),
      peerTimeoutMs: timing.peerTimeoutMs,
      maxGapMs: 4 * timing.heartbeatMs,
      now,
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.#options.timing.heartbeatMs);
    this.#tick();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  forget(rank: number): void {
    this.#liveness.forget(rank);
  }

  extendLease(ms: number, phase: string, sequence: number): void {
    this.#leaseUntil = this.#now() + ms;
    this.#phase = phase;
    this.#leaseSequence = sequence;
    this.#tick();
  }

  /** This rank makes call `sequence`: the lease for what came before is over. */
  endLease(sequence: number): void {
    if (sequence >= this.#leaseSequence) this.#leaseUntil = 0;
  }

  #tick(): void {
    const now = this.#now();
    const { timing, lastError } = this.#options;
    // A late tick means that this thread was away: that time is nobody's silence.
    const lateMs = now - this.#lastTickAt - 2 * timing.heartbeatMs;
    if (lateMs > 0) this.#lastAnswerAt += lateMs;
    this.#lastTickAt = now;
    const silentMs = now - this.#lastAnswerAt;
    if (silentMs > timing.peerTimeoutMs) {
      const error = lastError();
      const message = `Redis has not answered for ${Math.round(silentMs)} ms${error === null ? '' : ` (${error})`}.`;
      this.#options.onFailure(new ArcFleetError('collective_lost', message, { silentMs }));
      return;
    }
    if (this.#inFlight !== null) return;
    this.#inFlight = this.#beat(now).finally(() => (this.#inFlight = null));
  }

  /** Beats now, and resolves when Redis has answered: what was said in the generation before this call has then been heard. */
  async look(): Promise<void> {
    await this.#inFlight;
    if (this.#timer === null) return;
    this.#tick();
    await this.#inFlight;
  }

  async #beat(now: number): Promise<void> {
    const { control, keys, streams, address, nonce, ttlMs, onFailure } = this.#options;
    const { generation, rank } = address;
    const beat: Beat = {
      n: ++this.#count,
      leaseMs: Math.max(0, Math.round(this.#leaseUntil - now)),
      phase: this.#phase,
      sequence: this.#leaseSequence,
    };
    const beatKeys = [keys.fence, keys.state, keys.beats, ...streams];
    try {
      const text = JSON.stringify(beat);
      const reply = await control.eval(BEAT, beatKeys.length, ...beatKeys, generation, rank, nonce, text, ttlMs, FENCE_TTL_MS);
      if (this.#timer !== null) this.#onReply(reply as string[]);
    } catch (error) {
      if (this.#timer === null) return;
      onFailure(new ArcFleetError('collective_lost', `Redis refused the heartbeat: ${(error as Error).message}`));
    }
  }

  #onReply([status, detail = '', ...pairs]: string[]): void {
    const { address, onFailure, onBeat } = this.#options;
    const where = `Run ${address.runId}, generation ${address.generation}`;
    const now = this.#now();
    this.#lastAnswerAt = now;
    if (status === 'stale') {
      const message = `${where}: generation ${detail} has started; this one is over.`;
      return onFailure(new ArcFleetError('stale_generation', message, { ...address, newest: Number(detail) }));
    }
    if (status === 'lost') {
      return onFailure(
        new ArcFleetError('collective_lost', `${where}: Redis has forgotten ${detail}.`, { ...address, what: detail }),
      );
    }
    if (detail !== '') return onFailure(errorFromReport(parseAbort(detail, address.rank)));
    const present = this.#watch(now, pairs);
    if (this.#timer !== null) onBeat(present);
  }

  #watch(now: number, pairs: string[]): ReadonlySet<number> {
    const { address, onLease, onFailure } = this.#options;
    const beats = new Map<number, string>();
    for (let i = 0; i < pairs.length; i += 2) {
      const rank = Number(pairs[i]);
      if (rank === address.rank) continue;
      beats.set(rank, pairs[i + 1]!);
      const { leaseMs, phase, sequence } = JSON.parse(pairs[i + 1]!) as Beat;
      if (phase !== null) onLease(rank, leaseMs, phase, sequence);
    }
    this.#liveness.look(now, beats);
    const dead = this.#liveness.dead(now);
    if (dead !== null) {
      const silentMs = Math.round(dead.silentMs);
      const message = `Rank ${dead.rank} is gone: no heartbeat for ${silentMs} ms.`;
      onFailure(new ArcFleetError('peer_lost', message, { rank: dead.rank, silentMs }));
    }
    return new Set(beats.keys());
  }
}
