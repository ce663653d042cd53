import { setTimeout as delay } from 'node:timers/promises';
import { createRedis, readWorkers } from '#queue';

const PERIOD_MS = 300;

/** Tells how many workers there are whenever the number changes. */
export class FleetWatch {
  private readonly redis: ReturnType<typeof createRedis>;
  private readonly timer: NodeJS.Timeout;
  private known = 0;
  private most = 0;

  constructor(
    redisUrl: string,
    private readonly onChange: (before: number, now: number) => void,
  ) {
    this.redis = createRedis(redisUrl, 'fail-fast');
    this.redis.on('error', () => undefined);
    this.timer = setInterval(() => void this.look(), PERIOD_MS);
  }

  /** Waits until no worker is left, or the time is up. Throws the signal's reason. */
  async untilEmpty(timeoutMs: number, signal: AbortSignal): Promise<{ most: number; left: number }> {
    const deadline = performance.now() + timeoutMs;
    while (this.known > 0 && performance.now() < deadline) {
      await delay(PERIOD_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    return { most: this.most, left: this.known };
  }

  close(): void {
    clearInterval(this.timer);
    this.redis.disconnect();
  }

  private async look(): Promise<void> {
    const workers = await readWorkers(this.redis).catch(() => null);
    if (workers === null || workers.length === this.known) return;
    const before = this.known;
    this.known = workers.length;
    this.most = Math.max(this.most, this.known);
    this.onChange(before, workers.length);
  }
}
