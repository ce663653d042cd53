import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArcFleetError, type Observer } from '#contracts';
import { endProcess, identifyProcess, POLITE, SESSION_MARK, type StopPlan } from './processes.js';
import { removePartEntry, writePartEntry } from './session-folder.js';

export interface PartOptions {
  /** Unique in its session; names the log file. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the launcher's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Start again when it dies, with a backoff. */
  readonly restart?: boolean;
  /** Servers are stopped after everything that talks to them. */
  readonly isServer?: boolean;
  readonly stop?: StopPlan;
  readonly uid?: number;
  readonly gid?: number;
}

const BACKOFF_MS = { first: 200, max: 10_000 };
/** A part that lived this long has recovered: its next death starts the backoff anew. */
const RECOVERED_AFTER_MS = 30_000;
/** Deaths in a row, each soon after the start, after which starting again is given up. */
const MAX_QUICK_DEATHS = 6;
const LOG_TAIL_BYTES = 2_000;

/** A process of the system: started, logged to a file, started again when it dies, stopped in order. */
export class Part {
  readonly name: string;
  readonly logFile: string;
  /** Settles when the part is down for good: stopped, ended without `restart`, or given up (then with the error). */
  readonly done: Promise<void>;
  private child: ChildProcess | undefined;
  private startedAt = 0;
  private quickDeaths = 0;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;
  private settle!: (error?: Error) => void;
  private isDone = false;

  constructor(
    private readonly folder: string,
    private readonly options: PartOptions,
    private readonly observer: Observer,
  ) {
    this.name = options.name;
    this.logFile = join(folder, 'logs', `${options.name}.log`);
    this.done = new Promise((resolve, reject) => {
      this.settle = (error) => {
        this.isDone = true;
        if (error) reject(error);
        else resolve();
      };
    });
    this.done.catch(() => undefined); // whoever wants to know awaits it
    this.launch();
  }

  /** Process number while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** True when it has ended and will not come back. */
  get isDown(): boolean {
    return this.isDone;
  }

  /** The end of its log, for error messages. */
  logTail(): string {
    try {
      return readFileSync(this.logFile, 'utf8').slice(-LOG_TAIL_BYTES).trim();
    } catch {
      return '';
    }
  }

  /** Stops it by its plan; its process group does not outlive it. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    const identity = this.pid === undefined ? undefined : identifyProcess(this.pid);
    if (identity) {
      await endProcess(identity, this.options.stop ?? POLITE);
    } else if (!this.isDone && !this.child) {
      this.settle();
    }
    await this.done.catch(() => undefined);
  }

  private launch(): void {
    const { command, args = [], env, cwd, uid, gid } = this.options;
    const log = openSync(this.logFile, 'a');
    // A group of its own, so that Ctrl-C in the terminal reaches the launcher alone and parts leave in order.
    const child = spawn(command, args, {
      cwd,
      uid,
      gid,
      detached: true,
      stdio: ['ignore', log, log],
      // eslint-disable-next-line no-restricted-properties -- handed on whole, nothing is read from it
      env: { ...process.env, ...env, [SESSION_MARK]: this.folder.slice(this.folder.lastIndexOf('/') + 1) },
    });
    closeSync(log);
    this.child = child;
    this.startedAt = Date.now();
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (identity) {
      const { isServer = false, stop = POLITE } = this.options;
      writePartEntry(this.folder, { ...identity, name: this.name, isServer, stop });
    }
    child.once('error', (error) => {
      // Only a failed spawn comes without a process; "exit" does not follow it.
      if (child.pid === undefined) this.onEnd(`could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      // The leader is gone, its group may not be (Postgres backends, workers of the autoscaler).
      if (identity) {
        try {
          if (!this.options.isServer) process.kill(-identity.pid, 'SIGKILL');
        } catch {
          // no group left
        }
      }
      this.onEnd(signal ? `was ended by ${signal}` : `exited with code ${code}`);
    });
  }

  private onEnd(how: string): void {
    this.child = undefined;
    removePartEntry(this.folder, this.name);
    if (this.isStopping) return this.settle();
    if (!this.options.restart) {
      return this.settle(new ArcFleetError('service_unavailable', `${this.name} ${how}. ${this.logTail()}`, { part: this.name }));
    }
    this.quickDeaths = Date.now() - this.startedAt > RECOVERED_AFTER_MS ? 1 : this.quickDeaths + 1;
    if (this.quickDeaths > MAX_QUICK_DEATHS) {
      const message = `${this.name} ${how}, ${this.quickDeaths} times in a row; its log ends with: ${this.logTail()}`;
      return this.settle(new ArcFleetError('service_unavailable', message, { part: this.name }));
    }
    const waitMs = Math.min(BACKOFF_MS.first * 2 ** (this.quickDeaths - 1), BACKOFF_MS.max);
    this.observer.log('warn', `${this.name} ${how}; starting it again`, { part: this.name, waitMs });
    this.timer = setTimeout(() => this.launch(), waitMs);
  }
}
