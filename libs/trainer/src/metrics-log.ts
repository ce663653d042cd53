import type { RecordBody } from '#contracts';

const FLUSH_MS = 500;
/** The record's own limit is 1000. */
const MAX_POINTS = 500;

/** Collects the scalars of steps and sends them as one record about twice a second. */
export class MetricsLog {
  private points: { step: number; values: Record<string, number> }[] = [];
  private lastFlushMs: number;

  constructor(
    private readonly emit: (body: RecordBody) => void,
    private readonly now: () => number,
  ) {
    this.lastFlushMs = now();
  }

  add(step: number, values: Record<string, number>): void {
    this.points.push({ step, values });
    if (this.points.length >= MAX_POINTS || this.now() - this.lastFlushMs >= FLUSH_MS) this.flush();
  }

  /** Call before a record that must not overtake the metrics of its step. */
  flush(): void {
    if (this.points.length > 0) this.emit({ type: 'metrics', points: this.points });
    this.points = [];
    this.lastFlushMs = this.now();
  }
}
