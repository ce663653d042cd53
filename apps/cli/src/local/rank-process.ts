import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LIFELINE_FD, type FromTrainer, type ToTrainer } from '#contracts';

/** Lines of the error output kept for the report of a crash. */
const KEPT_LINES = 10;

export interface RankExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last lines of its error output. */
  readonly lastLines: readonly string[];
}

export interface RankProcess {
  send(message: ToTrainer): void;
  /** At once, whatever it is doing. */
  kill(): void;
  readonly exited: Promise<RankExit>;
}

/**
 * Starts the trainer of one rank as a child: IPC channel, and one more pipe ({@link LIFELINE_FD}) whose end of file tells it that this
 * process is gone, however it went.
 */
export function startRank(options: {
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onMessage: (message: FromTrainer) => void;
}): RankProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', options.main], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', ...Array<'pipe'>(LIFELINE_FD - 3).fill('pipe')],
    env: options.env,
    serialization: 'advanced',
  });
  const lastLines: string[] = [];
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastLines.push(line.slice(0, 500));
      if (lastLines.length > KEPT_LINES) lastLines.shift();
    });
  }
  child.on('message', (message) => options.onMessage(message as FromTrainer));
  // The lifeline carries nothing; when the child dies first, that must not matter here.
  child.stdio[LIFELINE_FD]?.on('error', () => undefined);
  const exited = new Promise<RankExit>((resolve) => {
    // `close`, not `exit`: by then all output and all messages were read.
    child.on('close', (code, signal) => resolve({ code, signal, lastLines }));
    child.on('error', (error) => {
      lastLines.push(String(error));
      if (child.pid === undefined) resolve({ code: null, signal: null, lastLines });
    });
  });
  return {
    send: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
  };
}
