import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RankAddress } from '#contracts';

/** `<host>-<pid>-<random>`: names the worker everywhere, and its spool folder. */
const WORKER_ID = /^(.+)-(\d+)-[0-9a-f]+$/;

/**
 * The worker's folder of record files. Folders of workers of this host whose process is gone are removed: their trainers died
 * with them, and the steps that were not committed are trained again by the next generation.
 * @returns path of the folder
 */
export async function openSpool(root: string, workerId: string): Promise<string> {
  const folder = join(root, workerId);
  await mkdir(folder, { recursive: true });
  const host = WORKER_ID.exec(workerId)?.[1];
  for (const name of await readdir(root)) {
    const match = WORKER_ID.exec(name);
    if (name === workerId || match?.[1] !== host || match === null || isAlive(Number(match[2]))) continue;
    await rm(join(root, name), { recursive: true, force: true });
  }
  return folder;
}

export function spoolFile(folder: string, { runId, generation, rank }: RankAddress): string {
  return join(folder, `${runId}-g${generation}-r${rank}.jsonl`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
