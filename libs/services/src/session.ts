import { spawn, type ChildProcess } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentObserver, type Observer } from '#contracts';
import { Part, type PartOptions } from './part.js';
import { createSessionFolder, defaultSessionsRoot, endSession, sweepSessions } from './session-folder.js';

export interface SessionOptions {
  /** Folder of all sessions; default `<tmp>/arcfleet-<user>`. */
  readonly root?: string;
  readonly observer?: Observer;
}

/**
 * Everything that one launcher starts. Nothing of it outlives the launcher: {@link Session.close} stops it in order, and
 * when the launcher is killed its watchdog does; when both are, the next {@link openSession} does.
 */
export class Session {
  /** Temporary folder, gone at the end. */
  readonly folder: string;
  readonly id: string;
  readonly observer: Observer;
  private readonly parts: Part[] = [];
  private watchdog: ChildProcess | undefined;
  private closing: Promise<void> | undefined;

  constructor(folder: string, observer: Observer) {
    this.folder = folder;
    this.id = basename(folder);
    this.observer = observer;
    this.startWatchdog();
  }

  /** Path of a file or folder inside the session's folder. */
  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  startPart(options: PartOptions): Part {
    if (this.closing) throw new Error(`the session is closing; ${options.name} is not started`);
    const part = new Part(this.folder, options, this.observer);
    this.parts.push(part);
    return part;
  }

  /** The end of every part's log, for error messages. */
  logTails(): { name: string; tail: string }[] {
    return this.parts.map((part) => ({ name: part.name, tail: part.logTail() }));
  }

  /** Stops all parts, the last started first, and removes the folder. */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    for (const part of this.parts.reverse()) await part.stop();
    await endSession(this.folder, { graceMs: 0 });
    const { watchdog } = this;
    if (!watchdog || watchdog.exitCode !== null || watchdog.signalCode !== null) return;
    const left = new Promise<void>((resolve) => watchdog.once('exit', () => resolve()));
    watchdog.ref();
    watchdog.stdin?.end();
    await left;
  }

  private startWatchdog(): void {
    const script = fileURLToPath(new URL('./watchdog.js', import.meta.url));
    const watchdog = spawn(process.execPath, [script, this.folder], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.watchdog = watchdog;
    watchdog.unref();
    (watchdog.stdin as unknown as { unref(): void }).unref();
    watchdog.stdin?.on('error', () => undefined);
    watchdog.once('exit', () => {
      if (!this.closing) this.startWatchdog();
    });
  }
}

/** Cleans up behind dead launchers, then opens a session of this process. */
export async function openSession({
  root = defaultSessionsRoot(),
  observer = silentObserver,
}: SessionOptions = {}): Promise<Session> {
  const removed = await sweepSessions(root);
  if (removed.length > 0) observer.log('info', 'cleaned up behind a launcher that was killed', { folders: removed });
  return new Session(createSessionFolder(root), observer);
}
