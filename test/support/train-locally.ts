import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../apps/cli/src/main.js', import.meta.url));
const run = promisify(execFile);

/** What a local run left. */
export interface LocalOutcome {
  readonly losses: number[];
  /** SHA-256 of the stored weights. */
  readonly weights: string;
}

/** `arcfleet train --local` in real processes, in a folder of its own. `options` are separated by spaces. */
export async function trainLocally(folder: string, name: string, options: string): Promise<LocalOutcome> {
  const words = `train --local --models-root ${join(folder, name)} --json ${options}`.split(' ').filter((word) => word !== '');
  const { stdout } = await run(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: { ...process.env, INIT_CWD: folder, CUDA_VISIBLE_DEVICES: '', REDIS_URL: '' },
    maxBuffer: 1 << 24,
  });
  const summary = JSON.parse(stdout.trim().split('\n').at(-1)!) as { model: string };
  const metrics = await readFile(join(summary.model, '..', 'metrics.jsonl'), 'utf8');
  const losses = metrics
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { loss?: number }).loss)
    .filter((loss) => loss !== undefined);
  const weights = createHash('sha256')
    .update(await readFile(`${summary.model}.safetensors`))
    .digest('hex');
  return { losses, weights };
}
