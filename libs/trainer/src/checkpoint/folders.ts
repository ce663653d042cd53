import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of what a run leaves in storage. Paths contain the generation, so an older one that still runs overwrites nothing. */
export interface SnapshotAddress {
  readonly generation: number;
  readonly step: number;
}

const runFolder = (runId: string): string => `runs/${runId}`;

const snapshotName = ({ generation, step }: SnapshotAddress): string => `g${generation}-s${step}`;

/** Relative to the storage root. */
export function checkpointFolder(runId: string, address: SnapshotAddress): string {
  return `${runFolder(runId)}/checkpoints/${snapshotName(address)}`;
}

/** Relative to the storage root. */
export function modelFolder(runId: string, address: SnapshotAddress): string {
  return `${runFolder(runId)}/model/${snapshotName(address)}`;
}

/** Whether a folder of storage belongs to the run: one that goes on with another run knows folders of that. */
export function isFolderOfRun(folder: string, runId: string): boolean {
  return folder.startsWith(`${runFolder(runId)}/`);
}

/** Relative to the storage root; the folder is what TensorBoard is pointed at. Later generations sort behind earlier ones. */
export function tensorBoardFile(runId: string, generation: number): string {
  return `${runFolder(runId)}/tensorboard/events.out.tfevents.${String(generation).padStart(10, '0')}.arcfleet`;
}

/**
 * Deletes checkpoints of a run that nobody will start from: all but the last `keep` accepted ones, except newer ones of
 * this generation, which may be accepted but not yet known here. Never touches a later generation's.
 *
 * @param accepted Accepted checkpoints that this generation knows of, oldest first: the one it started from, then its own.
 */
export async function pruneCheckpoints(
  storageRoot: string,
  runId: string,
  generation: number,
  accepted: readonly SnapshotAddress[],
  keep: number,
): Promise<string[]> {
  const kept = new Set(accepted.slice(-keep).map(snapshotName));
  const newest = accepted.at(-1);
  if (!newest) return [];
  const root = join(storageRoot, runFolder(runId), 'checkpoints');
  const deleted: string[] = [];
  for (const name of await readdir(root)) {
    const match = /^g(\d+)-s(\d+)$/.exec(name);
    if (!match || kept.has(name)) continue;
    const [found, step] = [Number(match[1]), Number(match[2])];
    if (found > generation || (found === generation && step >= newest.step)) continue;
    await rm(join(root, name), { recursive: true, force: true });
    deleted.push(name);
  }
  return deleted;
}
