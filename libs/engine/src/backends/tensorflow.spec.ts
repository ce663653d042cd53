import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../start-engine.js';
import { tf } from '../tf.js';
import { tensorFlowBackend } from './tensorflow.js';
import { engineFolder } from './tensorflow/installation.js';

const folder = engineFolder(process.env);
const { available, detail } = await tensorFlowBackend.status({ folder });

describe('the folder of engines', () => {
  it('is the one that is named, else in the cache of the user', () => {
    expect(engineFolder({ ARCFLEET_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a/engine');
    expect(engineFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/arcfleet/engine');
    expect(engineFolder({ ARCFLEET_CACHE: '' })).toBe(join(homedir(), '.cache/arcfleet/engine'));
  });
});

describe('tensorflow where it is not installed', () => {
  const empty = mkdtempSync(join(tmpdir(), 'arcfleet-no-engine-'));
  afterAll(() => rmSync(empty, { recursive: true }));

  it('says which command supplies it', async () => {
    const status = await tensorFlowBackend.status({ folder: empty });
    expect(status).toMatchObject({ name: 'tensorflow', available: false });
    if (process.platform === 'linux') expect(status.detail).toContain('npx arcfleet engine install');
  });

  it('does not start, and auto takes the next one', async () => {
    await expect(startEngine('tensorflow', { threads: 1, folder: empty })).rejects.toMatchObject({ code: 'engine_unavailable' });
    expect((await startEngine('auto', { threads: 1, folder: empty })).name).toBe('wasm');
  });
});

if (!available) console.info(`tensorflow is not tested here: ${detail}`);
else {
  describe('tensorflow', () => {
    const THREADS = 5;
    const numThreads = () => readdirSync('/proc/self/task').length;
    let started = 0;

    beforeAll(async () => {
      const before = numThreads();
      const engine = await startEngine('tensorflow', { threads: THREADS, folder });
      expect(engine.threads).toBe(THREADS);
      tf.dispose(tf.tidy(() => tf.matMul(tf.ones([64, 64]), tf.ones([64, 64]))));
      started = numThreads() - before;
    });

    it('computes on as many threads as it was told, whatever the machine has', () => {
      expect(started).toBeGreaterThanOrEqual(THREADS);
      expect(started).toBeLessThanOrEqual(THREADS + 3); // one for whole ops, two that Node may start for itself
    });

    it('is the best engine, and keeps its threads when it is started again', async () => {
      const engine = await startEngine('auto', { threads: 1, folder });
      expect(engine).toMatchObject({ name: 'tensorflow', threads: THREADS });
      expect(engine.description).toMatch(/^tensorflow: TensorFlow 2\.\d+\.\d+ on .*threads: 5$/);
    });

    it('does not see what becomes of shared memory after a tensor was made of it', async () => {
      const shared = new Float32Array(new SharedArrayBuffer(16)).fill(1);
      const tensor = tf.tensor(shared);
      shared.fill(2);
      const sum = tf.sum(tensor);
      expect([...(await sum.data())]).toEqual([4]);
      tf.dispose([tensor, sum]);
    });

    it('reads into an array of the caller', async () => {
      const engine = await startEngine('tensorflow', { threads: THREADS, folder });
      const target = new Float32Array(new SharedArrayBuffer(12));
      const tensor = tf.add(tf.tensor([1, 2, 3]), 1);
      await engine.readInto(tensor, target);
      expect([...target]).toEqual([2, 3, 4]);
    });
  });
}
