import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ArcFleetError, type ErrorCode } from '#contracts';
import { mutate } from './mutate.js';

const NUM_CASES = 10_000;
/** More than any sound file here has, by far. */
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;

/**
 * Holds a reader to damaged copies of `sound` files: each is read, or refused by an error of ours that names the file. Nothing else
 * may be thrown, and nothing large allocated. One file takes all mutants: thousands of new ones would measure the file system.
 *
 * @returns the codes of the errors, sorted
 */
export async function fuzzReader(
  name: string,
  sound: readonly Uint8Array[],
  read: (path: string) => Promise<unknown>,
): Promise<ErrorCode[]> {
  const folder = await mkdtemp(join(tmpdir(), 'arcfleet-fuzz-'));
  const path = join(folder, name);
  const file = openSync(path, 'w');
  const codes = new Set<ErrorCode>();
  let numRefused = 0;
  let worstGrowth = 0;
  try {
    for (let seed = 0; seed < NUM_CASES; seed++) {
      const mutant = mutate(sound[seed % sound.length]!, seed);
      ftruncateSync(file, 0);
      writeSync(file, mutant, 0, mutant.length, 0);
      const before = process.memoryUsage().arrayBuffers;
      try {
        await read(path);
      } catch (error) {
        if (!(error instanceof ArcFleetError) || error.details['file'] !== path || !error.message.includes(path)) {
          throw new Error(`mutant ${seed} of ${name}: ${String(error)}`, { cause: error });
        }
        codes.add(error.code);
        numRefused++;
      }
      worstGrowth = Math.max(worstGrowth, process.memoryUsage().arrayBuffers - before);
    }
  } finally {
    closeSync(file);
    await rm(folder, { recursive: true, force: true });
  }
  console.info(
    `${name}: ${NUM_CASES} mutants: ${NUM_CASES - numRefused} read, ${numRefused} refused; array buffers grew by ${(worstGrowth / 2 ** 20).toFixed(1)} MiB at most`,
  );
  expect(worstGrowth).toBeLessThan(MAX_GROWTH_BYTES);
  expect(numRefused).toBeGreaterThan(NUM_CASES / 4);
  return [...codes].sort();
}
