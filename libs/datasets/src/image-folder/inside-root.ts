import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { ArcFleetError } from '#contracts';

/**
 * Passes `path` when it leads, links followed, into `root`, which must be without links.
 *
 * @returns where it leads
 * @throws ArcFleetError `dataset_invalid` when it leads elsewhere; what the system says when it leads nowhere
 */
export async function followInside(path: string, root: string): Promise<string> {
  const target = await realpath(path);
  if (target === root || target.startsWith(root.endsWith(sep) ? root : root + sep)) return target;
  const message = `${path} is a link that leaves the data set: it leads to ${target}. Copy the files into the folder, or open the folder that they are in.`;
  throw new ArcFleetError('dataset_invalid', message, { file: path, target });
}
