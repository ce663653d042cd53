import cliProgress, { type SingleBar } from 'cli-progress';

/** Where a run stands. */
export interface Progress {
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number | null;
  readonly samplesPerSecond: number | null;
  /** Seconds of training that are left. */
  readonly etaSeconds: number | null;
}

export interface ProgressView {
  show(progress: Progress): void;
  /** A line of text above the bar. */
  say(text: string): void;
  stop(): void;
}

/** How often a view without a terminal prints a line: the longer of both. */
export interface LinePeriod {
  readonly ms: number;
  readonly steps: number;
}

const LINE_PERIOD: LinePeriod = { ms: 5_000, steps: 1 };

/** A bar on a terminal, else a line every few seconds. */
export function createProgressView(out: NodeJS.WriteStream, linePeriod: LinePeriod = LINE_PERIOD): ProgressView {
  return out.isTTY ? new Bar(out) : new Lines(out, linePeriod);
}

class Bar implements ProgressView {
  private bar: SingleBar | undefined;
  private last: Progress | undefined;

  constructor(private readonly out: NodeJS.WriteStream) {}

  show(progress: Progress): void {
    this.last = progress;
    if (!this.bar) {
      this.bar = new cliProgress.SingleBar(
        {
          format: '  {bar} {value}/{total} steps | loss {loss} | {speed} samples/s | {left} left',
          stream: this.out,
          hideCursor: true,
          clearOnComplete: true,
          gracefulExit: false,
          barsize: 28,
        },
        cliProgress.Presets.shades_classic,
      );
      this.bar.start(progress.totalSteps, progress.step, texts(progress));
      return;
    }
    this.bar.update(progress.step, texts(progress));
  }

  say(text: string): void {
    const { last } = this;
    this.clear();
    this.out.write(`${text}\n`);
    if (last) this.show(last);
  }

  stop(): void {
    const { last } = this;
    this.clear();
    this.last = undefined;
    if (last) this.out.write(`${describe(last)}\n`);
  }

  private clear(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}

class Lines implements ProgressView {
  private shownAt = -Infinity;
  private shownStep = 0;
  private pending: Progress | undefined;

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly period: LinePeriod,
  ) {}

  show(progress: Progress): void {
    this.pending = progress;
    const isDue = performance.now() - this.shownAt >= this.period.ms;
    // A restart goes back.
    const hasMoved = Math.abs(progress.step - this.shownStep) >= this.period.steps;
    if ((isDue && hasMoved) || progress.step === progress.totalSteps) this.flush();
  }

  say(text: string): void {
    this.out.write(`${text}\n`);
  }

  stop(): void {
    this.flush();
  }

  private flush(): void {
    if (this.pending) {
      this.say(describe(this.pending));
      this.shownStep = this.pending.step;
    }
    this.pending = undefined;
    this.shownAt = performance.now();
  }
}

/** `eta` would be taken for the bar's own, which knows nothing of restarts. */
function texts({ loss, samplesPerSecond, etaSeconds }: Progress): { loss: string; speed: string; left: string } {
  return {
    loss: loss === null ? '-' : loss.toFixed(3),
    speed: samplesPerSecond === null ? '-' : samplesPerSecond.toFixed(samplesPerSecond < 10 ? 1 : 0),
    left: etaSeconds === null ? '-' : duration(etaSeconds),
  };
}

function describe(progress: Progress): string {
  const { loss, speed, left } = texts(progress);
  const isKnown = progress.etaSeconds !== null && progress.step < progress.totalSteps;
  const rest = isKnown ? ` | ${left} left` : '';
  return `  step ${progress.step}/${progress.totalSteps} | loss ${loss} | ${speed} samples/s${rest}`;
}

/** "12 s", "1:05 min", "7:40 h", "3.2 days". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pair = (large: number, small: number, unit: string) => `${large}:${String(small).padStart(2, '0')} ${unit}`;
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return pair(minutes, whole % 60, 'min');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? pair(hours, minutes % 60, 'h') : `${(whole / 86_400).toFixed(1)} days`;
}
