import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError, checkpointManifestSchema, type CheckpointManifest } from '#contracts';
import { identifyProcess, isAlive, type ProcessIdentity } from '#services';

/** What a run without a server keeps beside its models until it has succeeded: checkpoints, and who works on it. */
export interface LocalState {
  readonly runId: string;
  readonly generation: number;
  /** Folder that the ranks write to. */
  readonly storageRoot: string;
  readonly resumeFrom: CheckpointManifest | null;
}

interface StateFile {
  readonly runId: string;
  readonly generation: number;
  readonly owner: ProcessIdentity | null;
}

const FOLDER = '.run';
const FILE = 'run.json';

export const stateFolder = (modelFolder: string): string => join(modelFolder, FOLDER);

/**
 * Opens the state of a run in its model folder, anew or where it stopped.
 * @throws ArcFleetError `conflict` when another process trains there, or a checkpoint lies there that `resume` was not asked for;
 *   `not_found` when there is nothing to resume.
 */
export async function openLocalState(modelFolder: string, resume: boolean): Promise<LocalState> {
  const storageRoot = stateFolder(modelFolder);
  const earlier = await readState(storageRoot);
  if (earlier?.owner && isAlive(earlier.owner)) {
    throw new ArcFleetError(
      'conflict',
      `Process ${earlier.owner.pid} trains in ${modelFolder}; --extra-model-name names another folder`,
    );
  }
  const checkpoint = earlier ? await newestCheckpoint(storageRoot, earlier.runId) : null;
  if (checkpoint && !resume) {
    throw new ArcFleetError(
      'conflict',
      `${modelFolder} holds a run that stopped at step ${checkpoint.step}: add --resume to go on from there, or remove ${storageRoot} to begin anew`,
    );
  }
  if (resume && (!earlier || !checkpoint))
    throw new ArcFleetError('not_found', `${storageRoot} holds no checkpoint to go on from`);
  if (!checkpoint) await rm(storageRoot, { recursive: true, force: true });
  await mkdir(storageRoot, { recursive: true });
  const runId = earlier && checkpoint ? earlier.runId : `local_${randomBytes(8).toString('hex')}`;
  const generation = earlier && checkpoint ? earlier.generation + 1 : 1;
  const file: StateFile = { runId, generation, owner: identifyProcess(process.pid) ?? null };
  await writeFile(join(storageRoot, FILE), JSON.stringify(file));
  return { runId, generation, storageRoot, resumeFrom: checkpoint };
}

/** Moves the run's TensorBoard files out of its state, to where they stay; null: there are none. */
export async function keepEventFiles({ storageRoot, runId }: LocalState, modelFolder: string): Promise<string | null> {
  const written = join(storageRoot, 'runs', runId, 'tensorboard');
  const names = await readdir(written).catch(() => []);
  const kept = join(modelFolder, 'tensorboard');
  await rm(kept, { recursive: true, force: true });
  if (names.length === 0) return null;
  await rename(written, kept);
  return kept;
}

/** Forgets the state, unless there is a checkpoint to come back to and the run has not succeeded. */
export async function closeLocalState(
  { storageRoot, runId }: LocalState,
  hasSucceeded: boolean,
): Promise<CheckpointManifest | null> {
  const checkpoint = hasSucceeded ? null : await newestCheckpoint(storageRoot, runId);
  if (!checkpoint) await rm(storageRoot, { recursive: true, force: true });
  return checkpoint;
}

async function readState(storageRoot: string): Promise<StateFile | null> {
  try {
    return JSON.parse(await readFile(join(storageRoot, FILE), 'utf8')) as StateFile;
  } catch {
    return null;
  }
}

/** The manifest is written last, so what has one is whole. */
async function newestCheckpoint(storageRoot: string, runId: string): Promise<CheckpointManifest | null> {
  const root = join(storageRoot, 'runs', runId, 'checkpoints');
  const names = await readdir(root).catch(() => []);
  const manifests = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(root, name, 'manifest.json'), 'utf8').catch(() => 'null');
      const parsed = checkpointManifestSchema.safeParse(JSON.parse(text));
      return parsed.success ? [parsed.data] : [];
    }),
  );
  const inOrder = manifests.flat().sort((a, b) => a.generation - b.generation || a.step - b.step);
  return inOrder.at(-1) ?? null;
}
