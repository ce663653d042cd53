import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { contactSheet, generateSyntheticFaces, TRAINING_DIFFICULTY } from '#datasets';
import { DEMO_FACES } from './demo-recipe.js';

/** Raise it when the same parameters would draw other images than before. */
const DRAWING_VERSION = 2;
export const CONTACT_SHEET = 'contact-sheet.png';
/** An unfinished folder that old belongs to a process that was killed. */
const FORGOTTEN_MS = 3_600_000;

export interface DemoFacesOptions {
  /** Folder under which drawn data sets stay. */
  readonly root: string;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Folder of the demo's faces with their contact sheet: drawn once per seed and parameters, complete or not there.
 * @throws the signal's reason, leaving nothing behind.
 */
export async function drawDemoFaces({ root, seed, signal, onProgress }: DemoFacesOptions): Promise<string> {
  const parameters = { ...DEMO_FACES, seed };
  const key = createHash('sha256')
    .update(JSON.stringify([DRAWING_VERSION, parameters, TRAINING_DIFFICULTY]))
    .digest('hex')
    .slice(0, 12);
  const directory = join(root, `synthetic-${key}`);
  if (await isFolder(directory)) return directory;

  await mkdir(root, { recursive: true });
  await removeForgotten(root);
  const unfinished = join(root, `.unfinished-${key}-${process.pid}`);
  try {
    await generateSyntheticFaces({
      directory: unfinished,
      ...parameters,
      onProgress: (done, total) => {
        signal.throwIfAborted();
        onProgress(done, total);
      },
    });
    await contactSheet(unfinished, join(unfinished, CONTACT_SHEET));
    await rename(unfinished, directory).catch(async (error: Error) => {
      // Another demo was faster: the same parameters draw the same bytes.
      if (!(await isFolder(directory))) throw error;
    });
    return directory;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function removeForgotten(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith('.unfinished-')) continue;
    const path = join(root, name);
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > FORGOTTEN_MS) await rm(path, { recursive: true, force: true });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
