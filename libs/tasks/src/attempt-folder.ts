import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '#formats';
import { belowStorage } from './storage-paths.js';

/**
 * Lets `write` fill a folder of this attempt's own below `parent`: it counts once the task's result names it. What older attempts of the
 * task have left goes first (never what newer ones have: this one may be the one that is late), what this one leaves goes when it fails.
 *
 * @returns the folder relative to the storage root, and what `write` returned.
 */
export async function inAttemptFolder<T>(
  { storageRoot, parent, attempt }: { storageRoot: string; parent: string; attempt: string },
  write: (folder: string) => Promise<T>,
): Promise<{ folder: string; written: T }> {
  const above = belowStorage(storageRoot, parent);
  await mkdir(above, { recursive: true });
  for (const name of await readdir(above)) {
    if (isOlder(name, attempt)) await rm(join(above, name), { recursive: true, force: true });
  }
  const path = join(above, attempt);
  try {
    await rm(path, { recursive: true, force: true });
    await mkdir(path);
    const written = await write(path);
    await syncFolder(path);
    await syncFolder(above);
    return { folder: `${parent}/${attempt}`, written };
  } catch (error) {
    await rm(path, { recursive: true, force: true });
    throw error;
  }
}

/** Attempts are named `<task>-g<generation>`. */
function isOlder(name: string, attempt: string): boolean {
  const [[, task, generation] = [], [, ownTask, own] = []] = [name, attempt].map((each) => /^(.+)-g(\d+)$/.exec(each) ?? []);
  return task === ownTask && Number(generation) < Number(own);
}
