import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rebuildRecordIndex, type RebuiltIndex } from '../recordio/rebuild-index.js';
import { RecordFile } from '../recordio/record-file.js';
import { refuseExisting } from './write-complete.js';

const LINES_PER_WRITE = 16_384;

export interface WrittenIndex extends RebuiltIndex {
  readonly path: string;
}

/**
 * Rebuilds `train.idx` of a folder from its `train.rec`; lines in physical order. The file is there whole or not at all.
 * Damaged regions are left out and returned.
 * @throws ArcFleetError `dataset_not_found` without train.rec, `conflict` where train.idx exists and not `force`
 */
export async function writeIndex(
  directory: string,
  options: { force?: boolean; signal?: AbortSignal } = {},
): Promise<WrittenIndex> {
  const path = join(directory, 'train.idx');
  if (!options.force && existsSync(path)) throw refuseExisting(path);
  const file = await RecordFile.open(join(directory, 'train.rec'));
  const rebuilt = await rebuildRecordIndex(file).finally(() => file.close());
  const temporary = `${path}.partial-${process.pid}`;
  try {
    const out = await open(temporary, 'w');
    try {
      const { keys, offsets } = rebuilt.index;
      for (let start = 0; start < keys.length; start += LINES_PER_WRITE) {
        options.signal?.throwIfAborted();
        const end = Math.min(start + LINES_PER_WRITE, keys.length);
        let text = '';
        for (let i = start; i < end; i++) text += `${keys[i]}\t${offsets[i]}\n`;
        await out.writeFile(text);
      }
    } finally {
      await out.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { ...rebuilt, path };
}
