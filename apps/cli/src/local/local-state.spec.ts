import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runConfigSchema, type CheckpointManifest } from '#contracts';
import {
  closeLocalState,
  dropEventFiles,
  findLocalRun,
  keepEventFiles,
  openLocalState,
  stateFolder,
  type LocalRun,
} from './local-state.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-state-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const RUN: LocalRun = {
  config: runConfigSchema.parse({ dataset: { path: '/data/faces' }, batch: { globalBatchSize: 8 }, maxSteps: 9 }),
  ckpt: 3,
};
const checkpointOf = (runId: string, step: number): CheckpointManifest => ({
  version: 1,
  runId,
  generation: 1,
  step,
  worldSize: 1,
  numClasses: 7,
  folder: `runs/${runId}/checkpoints/g1-s${step}`,
  shards: [[0, 7]],
  files: [{ path: 'rank-0.safetensors', sizeBytes: 1, sha256: '0'.repeat(64) }],
  backboneHash: '',
  best: null,
});
const stateFile = () => join(stateFolder(folder), 'run.json');

/** What a process leaves that was killed after it stored checkpoints of these steps. */
async function leave(...steps: number[]): Promise<string> {
  const { runId, accept, storageRoot } = await openLocalState(folder, RUN, false);
  await mkdir(join(storageRoot, 'runs', runId, 'checkpoints'), { recursive: true });
  for (const step of steps) await accept(checkpointOf(runId, step));
  const state = JSON.parse(await readFile(stateFile(), 'utf8')) as object;
  await writeFile(stateFile(), JSON.stringify({ ...state, owner: null }));
  return runId;
}

describe('a run in its model folder', () => {
  it('goes on from the last accepted checkpoint, as the run that it was', async () => {
    const runId = await leave(3, 6);
    expect(await findLocalRun(folder)).toMatchObject(RUN);
    const state = await openLocalState(folder, RUN, true);
    expect(state).toMatchObject({ runId, generation: 2, resumeFrom: { step: 6 } });
    expect(await closeLocalState(state, false)).toMatchObject({ step: 6 });
    expect(await closeLocalState(state, true)).toBeNull();
    expect(existsSync(stateFolder(folder))).toBe(false);
  });

  it('is not overwritten unless asked for, and not taken up where there is no checkpoint', async () => {
    await leave(3);
    await expect(openLocalState(folder, RUN, false)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('add --resume'),
    });
    await rm(stateFolder(folder), { recursive: true });
    const runId = await leave();
    await expect(openLocalState(folder, RUN, true)).rejects.toMatchObject({ code: 'not_found' });
    await expect(findLocalRun(folder)).rejects.toMatchObject({ code: 'not_found' });
    expect((await openLocalState(folder, RUN, false)).runId).not.toBe(runId);
  });

  it('belongs to one process', async () => {
    await openLocalState(folder, RUN, false);
    await expect(openLocalState(folder, RUN, false)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`Process ${process.pid} trains in`),
    });
  });

  it.each<[string, () => Promise<void>]>([
    ['torn', () => truncate(stateFile(), 20)],
    ['empty', () => truncate(stateFile(), 0)],
    ['missing', () => rm(stateFile())],
    ['of another shape', () => writeFile(stateFile(), '{"runId":"local_1"}')],
  ])('keeps its checkpoints when its state is %s', async (_, damage) => {
    const runId = await leave(3);
    await damage();
    for (const resume of [true, false]) {
      await expect(openLocalState(folder, RUN, resume)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/run\.json, cannot be read\. Restore that file, or move .*\.run away/),
      });
    }
    expect(existsSync(join(stateFolder(folder), 'runs', runId, 'checkpoints'))).toBe(true);
  });

  it('may have ended before it wrote anything', async () => {
    await mkdir(stateFolder(folder));
    await writeFile(`${stateFile()}.part`, '{"run');
    expect(await openLocalState(folder, RUN, false)).toMatchObject({ generation: 1, resumeFrom: null });
  });
});

it('keeps the TensorBoard files of every part of a run beside its models', async () => {
  const write = async (runId: string, part: string) => {
    const written = join(stateFolder(folder), 'runs', runId, 'tensorboard');
    await mkdir(written, { recursive: true });
    await writeFile(join(written, part), part);
  };
  const kept = join(folder, 'tensorboard');
  const runId = await leave(3);
  await write(runId, 'part-1');
  const state = await openLocalState(folder, RUN, true);
  await write(runId, 'part-2');
  expect(await keepEventFiles(state, folder)).toBe(kept);
  await write(runId, 'part-3');
  expect(await keepEventFiles(state, folder)).toBe(kept);
  await closeLocalState(state, true);
  expect(await readdir(kept)).toEqual(['part-1', 'part-2', 'part-3']);
  await dropEventFiles(folder);
  expect(await keepEventFiles(state, folder)).toBeNull();
});
