import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { ADDON_FILE } from '#engine';
import { lastLines, runProgram } from './run-program.js';

export interface AddonReport {
  /** As the library says it. */
  readonly tensorflow: string;
  readonly usesGpu: boolean;
}

const SCRIPT = `
process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
const addon = require(process.argv[1]);
console.log('\\n' + JSON.stringify({ tensorflow: addon.TF_Version, usesGpu: addon.isUsingGpuDevice() }));
`;

/**
 * Loads the addon once, in a process of its own, as a trainer will.
 *
 * @throws ArcFleetError `engine_unavailable` with the loader's words, which name a missing library.
 */
export async function checkAddon(folder: string): Promise<AddonReport> {
  const file = join(folder, ADDON_FILE);
  const { code, output } = await runProgram(process.execPath, ['-e', SCRIPT, file]);
  const line = output.split('\n').find((text) => text.startsWith('{"tensorflow"'));
  if (code === 0 && line !== undefined) return JSON.parse(line) as AddonReport;
  throw new ArcFleetError(
    'engine_unavailable',
    `The addon was built but does not load; a library that is named here is missing or too old:\n${lastLines(output)}`,
    { file, code },
  );
}
