import type { Observer } from '#contracts';

export interface LoopOptions {
  /** Longest pause between two turns. */
  readonly periodMs: number;
  readonly observer: Observer;
}

/** Pause after a turn that failed: what it needs (Postgres, Redis) is away. */
const RETRY_MS = 500;

/** Does one thing again and again: after each wake-up and at least once a period, never twice at the same time. Errors are logged once per outage. */
export class Loop {
  private isStopping = false;
  private isWoken = false;
  private isFailing = false;
  private resume: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly turn: () => Promise<void>,
    private readonly options: LoopOptions,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** The next turn begins at once; a wake-up during a turn causes another. */
  wake(): void {
    this.isWoken = true;
    this.resume();
  }

  /** Lets the running turn finish. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.resume();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      this.isWoken = false;
      const hasFailed = !(await this.tryTurn());
      if (hasFailed) await this.pause(RETRY_MS);
      else if (!this.isWoken) await this.pause(this.options.periodMs);
    }
  }

  private async tryTurn(): Promise<boolean> {
    const { observer } = this.options;
    try {
      await this.turn();
      if (this.isFailing) observer.log('info', `${this.name} works again`);
      this.isFailing = false;
      return true;
    } catch (error) {
      observer.log(this.isFailing ? 'debug' : 'warn', `${this.name} failed; trying again`, { error });
      this.isFailing = true;
      return false;
    }
  }

  private async pause(ms: number): Promise<void> {
    if (this.isStopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.resume = () => undefined;
  }
}
