import { join } from 'node:path';
import type { FileEntry } from '#contracts';
import { writeOwnModel } from '#model-files';
import type { Backbone } from '../backbone.js';

/** Backbone for use (its moving average where there is one), as `model.*` in `folder`. Rank 0 calls it. */
export async function writeModel(
  folder: string,
  backbone: Backbone,
  merged: Float32Array,
  facts: Record<string, unknown>,
): Promise<FileEntry[]> {
  const parameters = await backbone.readParameters(backbone.evaluated().parameters);
  const values = { parameters: new Map(parameters.map(({ name, values: of }) => [name, of])), statistics: merged };
  return writeOwnModel(join(folder, 'model'), backbone.network, values, facts);
}
