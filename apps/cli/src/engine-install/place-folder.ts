import { rename, rm } from 'node:fs/promises';

/**
 * Gives a finished folder its final name. What has that name is kept if it is complete, unless `force`; processes that use
 * an old one keep their open files.
 *
 * @param isComplete Whether the folder of the final name is as good as ours.
 * @returns false when ours was not needed; it is left where it is
 */
export async function placeFolder(
  finished: string,
  target: string,
  { isComplete, force }: { isComplete: () => boolean; force: boolean },
): Promise<boolean> {
  if (!force && isComplete()) return false;
  const old = `${finished}-old`;
  try {
    await rename(target, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(finished, target);
    return true;
  } catch (error) {
    // Somebody else's took the name in between.
    if (isComplete()) return false;
    throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}
