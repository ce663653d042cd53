import type { Redis } from 'ioredis';
import { ArcFleetError, errorFromReport } from '#contracts';
import type { CollectiveAddress, CollectiveTiming } from '../../collective.js';
import { Liveness } from '../../protocol/liveness.js';
import { parseAbort } from './abort-report.js';
import { ownStreams } from './keys.js';
import type { GenerationKeys } from './keys.js';
import { BEAT } from './scripts.js';

export interface PulseOptions {
  readonly control: Redis;
  readonly keys: GenerationKeys;
  readonly address: CollectiveAddress;
  readonly nonce: string;
  readonly timing: CollectiveTiming;
  readonly ttlMs: number;
  readonly lastError: () => string | null;
  readonly onLease: (rank: number, ms: number, phase: string) => void;
  /** After every heartbeat: time to send what is due. */
  readonly onBeat: () => void;
  readonly onFailure: (error: ArcFleetError) => void;
}

interface Beat {
  n: number;
  leaseMs: number;
  phase: string | null;
}

/** Own heartbeat and the watch over the peers': one script call per period. */
export class Pulse {
  readonly #options: PulseOptions;
  readonly #liveness: Liveness;
  readonly #now = () => performance.now();
  #timer: NodeJS.Timeout | null = null;
  #isInFlight = false;
  #count = 0;
  #lastTickAt: number;
  #lastAnswerAt: number;
  #leaseUntil = 0;
  #phase: string | null = null;

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

  extendLease(ms: number, phase: string): void {
    this.#leaseUntil = Math.max(this.#leaseUntil, this.#now() + ms);
    this.#phase = phase;
    this.#tick();
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
    if (!this.#isInFlight) void this.#beat(now);
  }

  async #beat(now: number): Promise<void> {
    const { control, keys, address, nonce, ttlMs, onFailure } = this.#options;
    const { generation, rank, worldSize } = address;
    const beat: Beat = { n: ++this.#count, leaseMs: Math.max(0, Math.round(this.#leaseUntil - now)), phase: this.#phase };
    const beatKeys = [keys.fence, keys.state, keys.beats, ...ownStreams(keys, rank, worldSize)];
    this.#isInFlight = true;
    try {
      const reply = await control.eval(BEAT, beatKeys.length, ...beatKeys, generation, rank, nonce, JSON.stringify(beat), ttlMs);
      if (this.#timer !== null) this.#onReply(reply as string[]);
    } catch (error) {
      if (this.#timer === null) return;
      onFailure(new ArcFleetError('collective_lost', `Redis refused the heartbeat: ${(error as Error).message}`));
    } finally {
      this.#isInFlight = false;
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
    this.#watch(now, pairs);
    onBeat();
  }

  #watch(now: number, pairs: string[]): void {
    const { address, onLease, onFailure } = this.#options;
    const beats = new Map<number, string>();
    for (let i = 0; i < pairs.length; i += 2) {
      const rank = Number(pairs[i]);
      if (rank === address.rank) continue;
      beats.set(rank, pairs[i + 1]!);
      const { leaseMs, phase } = JSON.parse(pairs[i + 1]!) as Beat;
      if (leaseMs > 0) onLease(rank, leaseMs, phase ?? '');
    }
    this.#liveness.look(now, beats);
    const dead = this.#liveness.dead(now);
    if (dead === null) return;
    const message = `Rank ${dead.rank} is gone: no heartbeat for ${Math.round(dead.silentMs)} ms.`;
    onFailure(new ArcFleetError('peer_lost', message, { rank: dead.rank, silentMs: Math.round(dead.silentMs) }));
  }
}
