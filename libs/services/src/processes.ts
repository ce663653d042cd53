import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; changes with every boot. */
  readonly stamp: string;
}

/** Environment variable that every process below a session inherits; its value is the session's id. */
export const SESSION_MARK = 'ARCFLEET_SESSION';

const isLinux = process.platform === 'linux';

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(...args: string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024 });
  } catch {
    return ''; // ps fails when nothing matches
  }
}

/** Identity of a living process; undefined when there is none (a zombie counts as dead). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (isLinux) {
    const stat = readText(`/proc/${pid}/stat`);
    // The name in parentheses may itself contain blanks: fields count from the last ")". State is the 1st, start time the 20th.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { pid, stamp: `${readText('/proc/sys/kernel/random/boot_id')?.trim()}/${fields[19]}` };
  }
  const started = ps('-o', 'lstart=', '-p', String(pid)).trim();
  return started ? { pid, stamp: started } : undefined;
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.stamp === identity.stamp;
}

/** Where process numbers mean what they mean here: two containers that share a temp folder do not share these. */
export function processNamespace(): string {
  try {
    return isLinux ? `${hostname()}/${readlinkSync('/proc/self/ns/pid')}` : hostname();
  } catch {
    return hostname();
  }
}

/** Living processes that carry the mark of a session, this one left out. */
export function findMarked(sessionId: string): ProcessIdentity[] {
  const mark = `${SESSION_MARK}=${sessionId}`;
  let pids: number[];
  if (isLinux) {
    pids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => readText(`/proc/${pid}/environ`)?.split('\0').includes(mark))
      .map(Number);
  } else {
    pids = ps('-Aww', '-E', '-o', 'pid=,command=')
      .split('\n')
      .filter((line) => line.includes(mark))
      .map((line) => Number.parseInt(line, 10));
  }
  return pids.filter((pid) => pid !== process.pid).flatMap((pid) => identifyProcess(pid) ?? []);
}

/** Sends a signal unless the process is gone or its number belongs to another one by now. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals, group = false): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(group ? -identity.pid : identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until all are gone; false when some still live after `timeoutMs`. */
export async function waitGone(identities: readonly ProcessIdentity[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (identities.some(isAlive)) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

/** One way of asking a process to leave, each tried after the one before was given its time. */
export type StopPlan = readonly { readonly signal: NodeJS.Signals; readonly timeoutMs: number }[];

export const POLITE: StopPlan = [
  { signal: 'SIGTERM', timeoutMs: 10_000 },
  { signal: 'SIGKILL', timeoutMs: 5_000 },
];

/** Follows the plan until the process is gone; false when it outlived even that. */
export async function endProcess(identity: ProcessIdentity, plan: StopPlan = POLITE): Promise<boolean> {
  for (const { signal, timeoutMs } of plan) {
    signalProcess(identity, signal);
    if (await waitGone([identity], timeoutMs)) return true;
  }
  return false;
}
