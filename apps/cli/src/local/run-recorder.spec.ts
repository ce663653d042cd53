import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckpointManifest, RunStreamEvent } from '#contracts';
import { cutMetrics } from './metrics-file.js';
import { RunRecorder } from './run-recorder.js';

let folder: string;
let metricsFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-recorder-'));
  metricsFile = join(folder, 'metrics.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const manifest = { step: 2, folder: 'runs/local_1/checkpoints/g1-s2' } as CheckpointManifest;
const points = (...steps: number[]) => steps.map((step) => ({ step, values: { loss: 10 - step, samplesPerSecond: 100 * step } }));
const linesOf = async () =>
  (await readFile(metricsFile, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

function record() {
  const events: RunStreamEvent[] = [];
  /** Lines that were stored when a checkpoint was accepted. */
  const before: Record<string, unknown>[][] = [];
  const recorder = new RunRecorder({
    metricsFile,
    generation: 1,
    onEvent: (event) => {
      events.push(event);
      return Promise.resolve();
    },
    onCheckpoint: async () => void before.push(await linesOf()),
  });
  return { recorder, events, before };
}

describe('RunRecorder', () => {
  it('writes a line per step, verification and checkpoint, and tells them on', async () => {
    const { recorder, events, before } = record();
    await recorder.store({ type: 'metrics', points: points(1, 2) });
    const scores = { accuracy: 0.9, std: 0.01 } as never;
    await recorder.store({ type: 'verification', step: 2, subject: 'model', target: 'lfw', scores });
    await recorder.store({ type: 'checkpoint.written', manifest });
    expect(await linesOf()).toEqual([
      { step: 1, loss: 9, samplesPerSecond: 100 },
      { step: 2, loss: 8, samplesPerSecond: 200 },
      { step: 2, verification: 'lfw', subject: 'model', accuracy: 0.9, std: 0.01 },
      { step: 2, checkpoint: manifest.folder },
    ]);
    expect(events.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'progress'],
      [2, 'verification'],
      [3, 'checkpoint'],
    ]);
    expect(recorder.speeds).toEqual([100, 200]);
    // Whoever goes on from a checkpoint misses none of the lines before it.
    expect(before).toEqual([await linesOf()]);
  });

  it('goes on behind a checkpoint with one line per step', async () => {
    const first = record().recorder;
    await first.store({ type: 'metrics', points: points(1, 2) });
    await first.store({ type: 'checkpoint.written', manifest });
    await first.store({ type: 'metrics', points: points(3, 4) });
    await writeFile(metricsFile, '{"step":5,"lo', { flag: 'a' });
    await cutMetrics(metricsFile, 2);
    await record().recorder.store({ type: 'metrics', points: points(3, 4, 5) });
    expect((await linesOf()).map(({ step, loss }) => [step, loss])).toEqual([
      [1, 9],
      [2, 8],
      [2, undefined],
      [3, 7],
      [4, 6],
      [5, 5],
    ]);
  });

  it('goes on where the file of metrics was taken away', async () => {
    await cutMetrics(metricsFile, 2);
    await record().recorder.store({ type: 'metrics', points: points(3) });
    expect(await linesOf()).toHaveLength(1);
  });
});
