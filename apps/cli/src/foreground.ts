import { Socket } from 'node:net';
import { openSession, type Session } from '#services';
import type { Observer } from '#contracts';

/** Conventional exit codes of a program that was told to leave. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export class Interrupted extends Error {
  constructor(readonly exitCode: number) {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Waits for `promise`, or throws the signal's reason as soon as it is raised. */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Runs a command that starts processes: opens a session, hands it over, and closes it whatever happens. Ctrl-C, a closed
 * terminal and the death of the calling process raise the signal with {@link Interrupted}; a second Ctrl-C leaves at once
 * and the session's watchdog tidies up.
 *
 * @returns what `body` returns, or the exit code of the interruption
 */
export async function inForeground(
  options: { observer: Observer; lifelineFd: number | undefined },
  body: (session: Session, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  const interrupt = (exitCode: number) => {
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort(new Interrupted(exitCode));
  };
  const handlers = Object.entries(EXIT_CODES).map(([name, exitCode]) => [name, () => interrupt(exitCode)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  const lifeline = watchLifeline(options.lifelineFd, () => controller.abort(new Interrupted(EXIT_CODES.SIGHUP)));
  // A reader that went away (`arcfleet demo | head`) ends the demo in order, too.
  process.stdout.on('error', () => controller.abort(new Interrupted(EXIT_CODES.SIGHUP)));

  let session: Session | undefined;
  try {
    session = await openSession({ observer: options.observer });
    return await body(session, controller.signal);
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    if (controller.signal.aborted) return (controller.signal.reason as Interrupted).exitCode;
    throw error;
  } finally {
    await session?.close();
    lifeline?.destroy();
    for (const [name, handler] of handlers) process.off(name, handler);
  }
}

function watchLifeline(fd: number | undefined, onEnd: () => void): Socket | undefined {
  if (fd === undefined) return undefined;
  const socket = new Socket({ fd, readable: true, writable: false });
  let isOver = false;
  const once = () => {
    if (!isOver && !socket.destroyed) onEnd();
    isOver = true;
  };
  socket.on('end', once).on('error', once).resume();
  socket.unref();
  return socket;
}
