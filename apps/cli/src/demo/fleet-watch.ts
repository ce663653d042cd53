import type { WorkerRecord } from '#contracts';
import { createRedis, readWorkers } from '#queue';

const PERIOD_MS = 300;

/** Tells how many workers there are whenever the number changes. */
export class FleetWatch {
  private readonly redis: ReturnType<typeof createRedis>;
  private readonly timer: NodeJS.Timeout;
  private known = 0;

  constructor(
    redisUrl: string,
    private readonly onChange: (count: number, workers: readonly WorkerRecord[]) => void,
  ) {
    this.redis = createRedis(redisUrl, 'fail-fast');
    this.redis.on('error', () => undefined);
    this.timer = setInterval(() => void this.look(), PERIOD_MS);
  }

  close(): void {
    clearInterval(this.timer);
    this.redis.disconnect();
  }

  private async look(): Promise<void> {
    const workers = await readWorkers(this.redis).catch(() => null);
    if (workers === null || workers.length === this.known) return;
    this.known = workers.length;
    this.onChange(workers.length, workers);
  }
}
