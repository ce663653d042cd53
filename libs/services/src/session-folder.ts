import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { ArcFleetError } from '#contracts';
import {
  endProcess,
  findMarked,
  identifyProcess,
  isAlive,
  processNamespace,
  signalProcess,
  waitGone,
  type ProcessIdentity,
  type StopPlan,
} from './processes.js';

/**
 * One folder per launcher below `<tmp>/arcfleet-<user>`: who launched it (`owner.json`), which processes belong to it
 * (`parts/*.json`), their logs and everything temporary. Whoever finds a folder whose owner is dead may end and remove it.
 */
interface Owner extends ProcessIdentity {
  readonly namespace: string;
}

export interface PartEntry extends ProcessIdentity {
  readonly name: string;
  /** Servers go after everything that talks to them. */
  readonly isServer: boolean;
  readonly stop: StopPlan;
}

const NEW_PREFIX = '.new-';
/** A folder under construction has no owner yet; older than this its maker died. */
const NEW_MAX_AGE_MS = 10 * 60_000;

export function defaultSessionsRoot(): string {
  return join(tmpdir(), `arcfleet-${userInfo().uid}`);
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/**
 * Makes the folder of a new session; its name is the session's id.
 *
 * @throws ArcFleetError `service_unavailable` when somebody else owns the folder of all sessions.
 */
export function createSessionFolder(root: string): string {
  // Servers of a root launcher run as "nobody": they must be able to pass through.
  mkdirSync(root, { recursive: true, mode: 0o711 });
  if (process.getuid && lstatSync(root).uid !== process.getuid()) {
    throw new ArcFleetError('service_unavailable', `${root} belongs to another user. Remove it or set TMPDIR.`, { path: root });
  }
  const draft = mkdtempSync(join(root, NEW_PREFIX));
  chmodSync(draft, 0o711);
  mkdirSync(join(draft, 'parts'), { mode: 0o700 });
  mkdirSync(join(draft, 'logs'), { mode: 0o700 });
  const owner = { ...identifyProcess(process.pid), namespace: processNamespace() };
  writeFileSync(join(draft, 'owner.json'), JSON.stringify(owner));
  const folder = join(root, `${process.pid}-${basename(draft).slice(NEW_PREFIX.length)}`);
  renameSync(draft, folder);
  return folder;
}

export function writePartEntry(folder: string, entry: PartEntry): void {
  writeFileSync(join(folder, 'parts', `${entry.name}.json`), JSON.stringify(entry));
}

export function removePartEntry(folder: string, name: string): void {
  rmSync(join(folder, 'parts', `${name}.json`), { force: true });
}

function readParts(folder: string): PartEntry[] {
  try {
    return readdirSync(join(folder, 'parts')).flatMap((file) => readJson<PartEntry>(join(folder, 'parts', file)) ?? []);
  } catch {
    return [];
  }
}

/** Ends every process of a session, servers last, and removes its folder. Changes nothing where nothing is left. */
export async function endSession(folder: string, options: { graceMs: number }): Promise<void> {
  const parts = readParts(folder).filter(isAlive);
  const servers = parts.filter((part) => part.isServer);
  const isServer = (process: ProcessIdentity) => servers.some(({ pid }) => pid === process.pid);
  // By the mark too: workers of an autoscaler and trainers of a worker have no entry of their own.
  const clients = () => [...parts, ...findMarked(basename(folder))].filter((process) => isAlive(process) && !isServer(process));
  const asked = clients();
  for (const client of asked) signalProcess(client, 'SIGTERM');
  await waitGone(asked, options.graceMs);
  // What was born while the others left is caught by the second look.
  for (let round = 0, rest = clients(); rest.length > 0 && round < 10; round++, rest = clients()) {
    for (const client of rest) signalProcess(client, 'SIGKILL');
    await waitGone(rest, 2_000);
  }
  await Promise.all(servers.map((server) => endProcess(server, server.stop)));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/**
 * Cleans up behind launchers that were killed together with their watchdog. Sessions with a living owner, and those of
 * other machines or containers, are left alone.
 *
 * @returns the folders that were removed
 */
export async function sweepSessions(root: string): Promise<string[]> {
  let names: string[];
  try {
    names = readdirSync(root);
  } catch {
    return [];
  }
  const removed: string[] = [];
  for (const name of names) {
    const folder = join(root, name);
    if (name.startsWith(NEW_PREFIX)) {
      const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > NEW_MAX_AGE_MS) rmSync(folder, { recursive: true, force: true });
      continue;
    }
    const owner = readJson<Owner>(join(folder, 'owner.json'));
    if (!owner || owner.namespace !== processNamespace() || isAlive(owner)) continue;
    await endSession(folder, { graceMs: 2_000 });
    removed.push(folder);
  }
  return removed;
}
