import { readFile, rename, writeFile } from 'node:fs/promises';

/**
 * Cuts from a file of metrics what lies behind a step, so that steps which are trained again have one line each. A line that was torn
 * goes, too. A file that is not there becomes an empty one.
 */
export async function cutMetrics(path: string, step: number): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const kept = text.split('\n').filter((line) => (stepOf(line) ?? Infinity) <= step);
  await writeFile(`${path}.part`, kept.map((line) => `${line}\n`).join(''));
  await rename(`${path}.part`, path);
}

function stepOf(line: string): number | null {
  try {
    const { step } = JSON.parse(line) as { step?: unknown };
    return typeof step === 'number' ? step : null;
  } catch {
    return null;
  }
}
