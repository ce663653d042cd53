import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentObserver, taskConfigSchema, type RecordBody, type TaskJob } from '#contracts';
import { generateSyntheticFaces, inspectSet } from '#datasets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { progressReporter } from './progress-reporter.js';
import { runTask } from './run-task.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-task-'));
  await generateSyntheticFaces({ directory: folder, numIdentities: 3, imagesPerIdentity: 4, numPairs: 20, seed: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function validation(path: string, emitted: RecordBody[], stopMode: () => 'none' | 'stop' | 'cancel' = () => 'none') {
  const work = { task: 'dataset.validate', datasetId: 'dts_x', path, kind: 'faces_emore', decode: true };
  const job = { config: taskConfigSchema.parse({ work }) } as TaskJob;
  return runTask({
    job,
    openEngine: () => Promise.reject(new Error('no engine is needed')),
    storageRoot: folder,
    emit: (body) => emitted.push(body),
    stopMode,
    onPhase: () => undefined,
    observer: silentObserver,
  });
}

describe('dataset.validate', () => {
  it('says that it has begun, then what it found', async () => {
    const emitted: RecordBody[] = [];
    expect(await validation(folder, emitted)).toBe('succeeded');
    expect(emitted[0]).toEqual({ type: 'task.progress', step: 0, totalSteps: 1 });
    const { images, identities, digest } = await inspectSet(folder);
    expect(emitted.at(-1)).toMatchObject({
      type: 'task.completed',
      result: { task: 'dataset.validate', numProblems: 0, facts: { images, identities, digest } },
    });
  });

  it('succeeds with problems where the data is broken', async () => {
    const emitted: RecordBody[] = [];
    expect(await validation(join(folder, 'nothing'), emitted)).toBe('succeeded');
    expect(emitted.at(-1)).toMatchObject({ result: { facts: null, numProblems: 1 } });
  });

  it('leaves without a result when it is told to stop or cancel', async () => {
    for (const [mode, outcome] of [
      ['stop', 'stopped'],
      ['cancel', 'canceled'],
    ] as const) {
      const emitted: RecordBody[] = [];
      expect(await validation(folder, emitted, () => mode)).toBe(outcome);
      expect(emitted.map(({ type }) => type)).not.toContain('task.completed');
    }
  });
});

it('reports progress at most once a second', () => {
  let now = 0;
  const told: number[] = [];
  const report = progressReporter(
    (step) => told.push(step),
    () => now,
  );
  for (let step = 0; step < 100; step++, now += 100) report(step, 100);
  expect(told).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
});
