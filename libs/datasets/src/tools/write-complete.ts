import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { ArcFleetError } from '#contracts';
import { refuseForeign } from './refuse-foreign.js';

export function refuseExisting(path: string): ArcFleetError {
  return new ArcFleetError('conflict', `${path} exists. Give another name, or --force to replace it.`, { file: path });
}

export interface WriteCompleteOptions {
  /** Replaces what is there: an empty folder, or one that holds a data set and nothing else, see {@link refuseForeign}. */
  readonly force?: boolean | undefined;
  /** Folders that are read meanwhile: the output must neither be one of them nor hold or lie in one. */
  readonly inputs?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has `write` fill a new folder beside `output` and moves it there when it is whole; an error or an abort leaves nothing.
 * @throws ArcFleetError `conflict` when `output` exists and may not be replaced, or lies in the way of an input
 */
export async function writeCompleteFolder<T>(
  output: string,
  options: WriteCompleteOptions,
  write: (folder: string) => Promise<T>,
): Promise<T> {
  const target = resolve(output);
  for (const input of options.inputs ?? []) refuseOverlap(target, resolve(input));
  if (existsSync(target)) await refuseUnlessReplaceable(target, options.force === true);
  const temporary = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
  await mkdir(dirname(target), { recursive: true });
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
  try {
    const result = await write(temporary);
    options.signal?.throwIfAborted();
    await moveIntoPlace(temporary, target);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** As {@link writeCompleteFolder}, for one file. */
export async function writeCompleteFile<T>(
  output: string,
  options: WriteCompleteOptions,
  write: (file: string) => Promise<T>,
): Promise<T> {
  if (!options.force && existsSync(output)) throw refuseExisting(output);
  const temporary = join(dirname(output), `.${basename(output)}.partial-${process.pid}`);
  await mkdir(dirname(output), { recursive: true });
  try {
    const result = await write(temporary);
    options.signal?.throwIfAborted();
    await rename(temporary, output);
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function refuseOverlap(output: string, input: string): void {
  if (output === input || output.startsWith(input + sep) || input.startsWith(output + sep)) {
    const message = `The output ${output} and the input ${input} lie in one another. Write to a folder of its own.`;
    throw new ArcFleetError('conflict', message, { output, input });
  }
}

/** A wrong --force must not remove somebody's home. */
async function refuseUnlessReplaceable(folder: string, force: boolean): Promise<void> {
  const entries = await readdir(folder).catch(() => ['a file']);
  if (entries.length === 0) return;
  if (!force) throw refuseExisting(folder);
  await refuseForeign(folder);
}

async function moveIntoPlace(from: string, to: string): Promise<void> {
  if (!existsSync(to)) return rename(from, to);
  const old = join(dirname(to), `.${basename(to)}.old-${process.pid}`);
  await rename(to, old);
  try {
    await rename(from, to);
  } catch (error) {
    await rename(old, to);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
