import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ArcFleetError, checkpointManifestSchema, runConfigSchema, type CheckpointManifest, type RunConfig } from '#contracts';
import { identifyProcess, isAlive } from '#services';

/** What a run without a server is, as its state keeps it. */
export interface LocalRun {
  readonly config: RunConfig;
  /** Rule by which its models are placed. */
  readonly ckpt: 0 | 1 | 2 | 3;
}

/** What a run without a server keeps beside its models until it has succeeded: checkpoints, and who works on it. */
export interface LocalState {
  readonly runId: string;
  readonly generation: number;
  /** Folder that the ranks write to. */
  readonly storageRoot: string;
  readonly resumeFrom: CheckpointManifest | null;
  /** Makes a checkpoint the one to go on from. Settles when that is on disk. */
  accept(checkpoint: CheckpointManifest): Promise<void>;
}

const stateSchema = z.object({
  runId: z.string().min(1),
  generation: z.number().int().min(1),
  owner: z.object({ pid: z.number().int(), stamp: z.string() }).nullable(),
  config: runConfigSchema,
  ckpt: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  /** The last one whose records were stored before it, so that whoever goes on from there misses none. */
  checkpoint: checkpointManifestSchema.nullable(),
});
type StateFile = z.output<typeof stateSchema>;

const FOLDER = '.run';
const FILE = 'run.json';

export const stateFolder = (modelFolder: string): string => join(modelFolder, FOLDER);

/**
 * The run that can be taken up in a model folder.
 * @throws ArcFleetError `conflict` when its state cannot be read, `not_found` when there is no checkpoint to go on from.
 */
export async function findLocalRun(modelFolder: string): Promise<LocalRun> {
  const storageRoot = stateFolder(modelFolder);
  const state = await readState(storageRoot);
  if (!state?.checkpoint) throw nothingToResume(storageRoot);
  return state;
}

/**
 * Opens the state of a run in its model folder, anew or where it stopped.
 * @throws ArcFleetError `conflict` when another process trains there, when a checkpoint lies there that `resume` was not asked for, or
 *   when what lies there cannot be read; `not_found` when there is nothing to resume.
 */
export async function openLocalState(modelFolder: string, { config, ckpt }: LocalRun, resume: boolean): Promise<LocalState> {
  const storageRoot = stateFolder(modelFolder);
  const earlier = await readState(storageRoot);
  if (earlier?.owner && isAlive(earlier.owner)) {
    throw new ArcFleetError(
      'conflict',
      `Process ${earlier.owner.pid} trains in ${modelFolder}; --extra-model-name names another folder`,
    );
  }
  const checkpoint = earlier?.checkpoint ?? null;
  if (checkpoint && !resume) {
    throw new ArcFleetError(
      'conflict',
      `${modelFolder} holds a run that stopped at step ${checkpoint.step}: add --resume to go on from there, or remove ${storageRoot} to begin anew`,
    );
  }
  if (resume && !checkpoint) throw nothingToResume(storageRoot);
  if (!checkpoint) await rm(storageRoot, { recursive: true, force: true });
  await mkdir(storageRoot, { recursive: true });
  const state: StateFile = {
    runId: earlier && checkpoint ? earlier.runId : `local_${randomBytes(8).toString('hex')}`,
    generation: earlier && checkpoint ? earlier.generation + 1 : 1,
    owner: identifyProcess(process.pid) ?? null,
    config,
    ckpt,
    checkpoint,
  };
  await writeState(storageRoot, state);
  return {
    runId: state.runId,
    generation: state.generation,
    storageRoot,
    resumeFrom: checkpoint,
    accept: (accepted) => writeState(storageRoot, { ...state, checkpoint: accepted }),
  };
}

const keptEvents = (modelFolder: string): string => join(modelFolder, 'tensorboard');

/** Forgets the TensorBoard files of the run before. */
export async function dropEventFiles(modelFolder: string): Promise<void> {
  await rm(keptEvents(modelFolder), { recursive: true, force: true });
}

/**
 * Moves the run's TensorBoard files out of its state, to where they stay, beside those of its earlier parts.
 * @returns their folder; null: there are none.
 */
export async function keepEventFiles({ storageRoot, runId }: LocalState, modelFolder: string): Promise<string | null> {
  const written = join(storageRoot, 'runs', runId, 'tensorboard');
  const names = await readdir(written).catch(() => []);
  const kept = keptEvents(modelFolder);
  if (names.length > 0) await mkdir(kept, { recursive: true });
  for (const name of names) await rename(join(written, name), join(kept, name));
  return existsSync(kept) ? kept : null;
}

/** Forgets the state, unless there is a checkpoint to come back to and the run has not succeeded. */
export async function closeLocalState({ storageRoot }: LocalState, hasSucceeded: boolean): Promise<CheckpointManifest | null> {
  const checkpoint = hasSucceeded ? null : ((await readState(storageRoot))?.checkpoint ?? null);
  if (!checkpoint) await rm(storageRoot, { recursive: true, force: true });
  return checkpoint;
}

const nothingToResume = (storageRoot: string): ArcFleetError =>
  new ArcFleetError('not_found', `${storageRoot} holds no checkpoint to go on from`);

/** @returns null where no run has left anything. */
async function readState(storageRoot: string): Promise<StateFile | null> {
  const file = join(storageRoot, FILE);
  // Whoever ended before the first state was written has left an empty folder.
  if (!existsSync(file) && !existsSync(join(storageRoot, 'runs'))) return null;
  try {
    return stateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new ArcFleetError(
      'conflict',
      `${storageRoot} holds a run whose state, ${file}, cannot be read. Restore that file, or move ${storageRoot} away (it may hold checkpoints) to begin anew`,
      { file },
      { cause: error },
    );
  }
}

/** Whole or not at all: the state is what finds the checkpoints. */
async function writeState(storageRoot: string, state: StateFile): Promise<void> {
  const path = join(storageRoot, FILE);
  const file = await open(`${path}.part`, 'w');
  try {
    await file.writeFile(JSON.stringify(state));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}
