import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LIFELINE_FD, type FromTrainer, type Observer, type ToTrainer } from '#contracts';

/** Lines of the error output kept for the report of a crash. */
const KEPT_LINES = 20;

export interface TrainerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Last lines of its error output. */
  lastLines: string[];
}

export interface TrainerProcess {
  readonly pid: number | null;
  send(message: ToTrainer): void;
  /** At once, whatever it is doing. */
  kill(): void;
  readonly exited: Promise<TrainerExit>;
}

export interface TrainerProcessOptions {
  /** Path of the trainer's main module. */
  main: string;
  env: NodeJS.ProcessEnv;
  observer: Observer;
  onMessage: (message: FromTrainer) => void;
}

/**
 * Starts a trainer child: IPC channel, and one more pipe ({@link LIFELINE_FD}) whose end of file tells it that this process is
 * gone, however it went.
 */
export function startTrainer({ main, env, observer, onMessage }: TrainerProcessOptions): TrainerProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...Array<'pipe'>(LIFELINE_FD - 3).fill('pipe')],
    env,
    serialization: 'advanced',
  });
  const lastLines: string[] = [];
  const keep = (level: 'info' | 'warn') => (line: string) => {
    observer.log(level, line, { pid: child.pid, from: 'trainer' });
    if (level === 'info') return;
    lastLines.push(line.slice(0, 500));
    if (lastLines.length > KEPT_LINES) lastLines.shift();
  };
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', keep('info'));
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', keep('warn'));
  child.on('message', (message) => onMessage(message as FromTrainer));
  // The lifeline carries nothing; when the child dies first, writing to it or reading from it must not matter.
  child.stdio[LIFELINE_FD]?.on('error', () => undefined);

  const exited = new Promise<TrainerExit>((resolve) => {
    // `close`, not `exit`: by then all output and all messages were read.
    child.on('close', (code, signal) => resolve({ code, signal, lastLines }));
    child.on('error', (error) => {
      lastLines.push(String(error));
      if (child.pid === undefined) resolve({ code: null, signal: null, lastLines });
    });
  });
  return {
    pid: child.pid ?? null,
    send: (message) => {
      // A trainer that just died is dealt with where its exit is.
      if (child.connected) child.send(message, () => undefined);
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
  };
}
