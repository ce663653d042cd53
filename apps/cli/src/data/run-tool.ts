import cliProgress, { type SingleBar } from 'cli-progress';

/** What a tool is given to be watched and ended. */
export interface ToolWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** A line above the bar. */
  readonly say: (text: string) => void;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a data tool with a bar on standard error where that is a terminal. Ctrl-C raises the signal, which has the tool
 * remove what it wrote; a second one leaves at once. Returns undefined when it was interrupted.
 */
export async function runTool<T>(unit: string, body: (watch: ToolWatch) => Promise<T>): Promise<T | undefined> {
  const controller = new AbortController();
  const handlers = Object.entries(EXIT_CODES).map(([name, exitCode]) => {
    const handler = (): void => {
      if (controller.signal.aborted) process.exit(exitCode);
      process.exitCode = exitCode;
      controller.abort();
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  const bar = new ToolBar(process.stderr, unit);
  try {
    return await body({
      signal: controller.signal,
      onProgress: (done, total) => {
        controller.signal.throwIfAborted();
        bar.show(done, total);
      },
      say: (text) => bar.say(text),
    });
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    bar.stop();
    console.error('interrupted: nothing was written');
    return undefined;
  } finally {
    bar.stop();
    for (const off of handlers) off();
  }
}

const SHOW_EVERY_MS = 100;

class ToolBar {
  private bar: SingleBar | undefined;
  private shownAt = 0;

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly unit: string,
  ) {}

  show(done: number, total: number): void {
    const now = performance.now();
    if (!this.out.isTTY || now - this.shownAt < SHOW_EVERY_MS) return;
    this.shownAt = now;
    if (this.bar) {
      this.bar.update(done);
      return;
    }
    const format = `  {bar} {value}/{total} ${this.unit}`;
    const options = { format, stream: this.out, hideCursor: true, clearOnComplete: true, gracefulExit: false, barsize: 28 };
    this.bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
    this.bar.start(total, done);
  }

  say(text: string): void {
    this.stop();
    console.log(text);
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
