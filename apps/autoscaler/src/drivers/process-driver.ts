import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Observer } from '#contracts';
import { Backoff } from './backoff.js';
import { LogTail } from './log-tail.js';

/** A worker that this driver started and that has not ended. */
export interface Member {
  readonly pid: number;
  /** Milliseconds since epoch. */
  readonly startedAt: number;
}

export interface ProcessDriverOptions {
  /** Script of the worker. */
  readonly workerMain: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly observer: Observer;
  /** Receives every line that a worker writes. */
  readonly onOutput: (line: string) => void;
  readonly now?: () => number;
}

interface Running extends Member {
  readonly child: ChildProcess;
  readonly tail: LogTail;
  /** Its end is wanted, so it is no failure. */
  isLeaving: boolean;
}

/** Time after the signal by which a killed process is gone. */
const KILL_MS = 2_000;

/**
 * Workers as processes of this machine. A worker lives no longer than this process: its standard input is a pipe from
 * here, and its end tells it to go. Nothing is started again by itself.
 */
export class ProcessDriver {
  private readonly running = new Map<number, Running>();
  private readonly endedPids = new Set<number>();
  private readonly backoff: Backoff;
  private readonly now: () => number;

  constructor(private readonly options: ProcessDriverOptions) {
    this.now = options.now ?? Date.now;
    this.backoff = new Backoff(this.now);
  }

  get members(): readonly Member[] {
    return [...this.running.values()];
  }

  /** False while it waits because workers died soon after their start. */
  get canStart(): boolean {
    return this.backoff.isOver;
  }

  start(): void {
    const { options } = this;
    const child = spawn(process.execPath, ['--enable-source-maps', options.workerMain], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...options.env, ARCFLEET_LIFELINE: '1' },
    });
    const startedAt = this.now();
    const tail = new LogTail();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        tail.add(line);
        options.onOutput(line);
      });
    }
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => {
      // Without a process there is no "close" that could be told from a worker's own end.
      if (child.pid === undefined) this.onEnd(startedAt, `could not be started: ${error.message}`, tail);
    });
    const { pid } = child;
    if (pid === undefined) return;
    const running: Running = { pid, startedAt, child, tail, isLeaving: false };
    this.running.set(pid, running);
    this.endedPids.delete(pid);
    options.observer.log('info', 'worker starts', { pid });
    // "close" comes after the last line of output, "exit" may come before.
    child.once('exit', () => {
      this.running.delete(pid);
      this.endedPids.add(pid);
    });
    child.once('close', (code, signal) => {
      const how = signal ? `was ended by ${signal}` : `exited with code ${code}`;
      if (running.isLeaving || code === 0) options.observer.log('info', 'worker has left', { pid });
      else this.onEnd(startedAt, `${pid} ${how}`, tail);
    });
  }

  /** True for the process number of a worker that was started here and has ended since. */
  hasEnded(pid: number): boolean {
    return this.endedPids.has(pid);
  }

  /** Its end is no failure from now on: it was asked to retire. */
  expectEnd(pid: number): void {
    const running = this.running.get(pid);
    if (running) running.isLeaving = true;
  }

  /** Asks workers to hand their ranks back and leave; ends those that did not within `graceMs`. All, unless `pids` are given. */
  async stop(graceMs: number, pids?: readonly number[]): Promise<void> {
    const leaving = [...this.running.values()].filter((running) => pids === undefined || pids.includes(running.pid));
    for (const running of leaving) {
      running.isLeaving = true;
      running.child.kill('SIGTERM');
    }
    if (await allEnd(leaving, graceMs)) return;
    for (const { pid, child } of leaving.filter((running) => this.running.has(running.pid))) {
      this.options.observer.log('warn', 'worker did not leave in time and is killed', { pid, graceMs });
      child.kill('SIGKILL');
    }
    await allEnd(leaving, KILL_MS);
  }

  private onEnd(startedAt: number, how: string, tail: LogTail): void {
    const waitMs = this.backoff.onDeath(startedAt);
    const message =
      waitMs > 0
        ? `worker ${how} soon after its start; the next one is started in ${waitMs / 1000} s at the earliest`
        : `worker ${how}`;
    this.options.observer.log('error', message, { lastLines: tail.lines });
  }
}

/** True when all ended within `timeoutMs`. */
async function allEnd(running: readonly Running[], timeoutMs: number): Promise<boolean> {
  const ends = running
    .filter(({ child }) => child.exitCode === null && child.signalCode === null)
    .map(({ child }) => new Promise<void>((resolve) => child.once('exit', () => resolve())));
  if (ends.length === 0) return true;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const isInTime = await Promise.race([Promise.all(ends).then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}
