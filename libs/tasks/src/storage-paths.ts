import { resolve, sep } from 'node:path';
import { ArcFleetError } from '#contracts';

/**
 * Absolute path of a folder that is named relative to the storage root. Jobs come over Redis: a name that leads out of the root, or is
 * the root, is refused.
 * @throws ArcFleetError `internal`.
 */
export function belowStorage(storageRoot: string, folder: string): string {
  const root = resolve(storageRoot);
  const path = resolve(root, folder);
  if (path.startsWith(`${root}${sep}`) && !folder.includes('\0')) return path;
  throw new ArcFleetError('internal', `The folder ${JSON.stringify(folder)} is not below the storage root.`, { folder });
}
