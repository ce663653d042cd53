import { rankJobId, type RankAddress, type WorkerRecord } from '#contracts';

export interface Silence {
  /** A worker whose record has not changed for that long is gone (it beats once a second). */
  readonly workerMs: number;
  /** A living worker that does not name a rank it had claimed for that long does not hold it any more. */
  readonly rankMs: number;
}
export const SILENCE: Silence = { workerMs: 8_000, rankMs: 10_000 };
/** Memory of who has been silent for so many times that long goes. */
const FORGET_FACTOR = 100;
/** Two looks further apart than this mean that we (or Redis) were away. */
const MAX_GAP_MS = 3_000;
/**
 * What such a gap counts as; everybody gets the rest of it back. More than nothing, or a loop that is always slow would never lose
 * anybody; and so little that a worker has time to find a Redis that came back.
 */
const COUNTED_GAP_MS = 2_000;

interface Beat {
  text: string;
  changedAt: number;
}

/**
 * Who is alive and who holds which rank, by heartbeats seen to change; clocks of machines are never compared. A rank that is asked
 * about for the first time counts as seen then, so that nothing is lost just because we have only started.
 */
export class WorkerWatch {
  private readonly beats = new Map<string, Beat>();
  /** When a rank was last named by its living worker. */
  private readonly ranks = new Map<string, number>();
  private workers: readonly WorkerRecord[] = [];
  private lookedAt: number;

  /** @param now Milliseconds, monotonic; the same clock in all calls. */
  constructor(
    now: number,
    private readonly silence: Silence = SILENCE,
  ) {
    this.lookedAt = now;
  }

  /** Takes the records as Redis has them now. Not called while Redis is away. */
  look(records: readonly WorkerRecord[], now: number): void {
    const gap = now - this.lookedAt;
    if (gap > MAX_GAP_MS) this.giveBack(gap - COUNTED_GAP_MS);
    this.lookedAt = now;
    for (const record of records) {
      const known = this.beats.get(record.workerId);
      if (known?.text !== record.at) this.beats.set(record.workerId, { text: record.at, changedAt: now });
    }
    this.workers = records.filter(({ workerId }) => this.isAlive(workerId));
    for (const { workerId, busy } of this.workers) {
      // As of its last beat: an old record that is still there says nothing new.
      const at = this.beats.get(workerId)?.changedAt ?? now;
      for (const slot of busy) this.ranks.set(keyOf(slot, workerId), at);
    }
    for (const [key, at] of this.ranks) if (now - at > FORGET_FACTOR * this.silence.rankMs) this.ranks.delete(key);
    for (const [workerId, { changedAt }] of this.beats) {
      if (now - changedAt > FORGET_FACTOR * this.silence.workerMs) this.beats.delete(workerId);
    }
  }

  /** Workers that live. */
  get alive(): readonly WorkerRecord[] {
    return this.workers;
  }

  isAlive(workerId: string): boolean {
    const beat = this.beats.get(workerId);
    return beat !== undefined && this.lookedAt - beat.changedAt <= this.silence.workerMs;
  }

  /** Milliseconds since the worker's record was last seen to change. */
  silentMs(workerId: string): number {
    return this.lookedAt - (this.beats.get(workerId)?.changedAt ?? this.lookedAt);
  }

  /** True once the rank's worker is gone, or lives but no longer has the rank. */
  isLost(address: RankAddress, workerId: string): boolean {
    const key = keyOf(address, workerId);
    const named = this.ranks.get(key);
    if (named === undefined) {
      this.ranks.set(key, this.lookedAt);
      return false;
    }
    if (this.isAlive(workerId)) return this.lookedAt - named > this.silence.rankMs;
    return this.lookedAt - Math.max(this.beats.get(workerId)?.changedAt ?? 0, named) > this.silence.workerMs;
  }

  private giveBack(ms: number): void {
    for (const beat of this.beats.values()) beat.changedAt += ms;
    for (const [key, at] of this.ranks) this.ranks.set(key, at + ms);
  }
}

const keyOf = (address: RankAddress, workerId: string): string => `${rankJobId(address)}@${workerId}`;
