import { afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { EngineName } from '#contracts';
import { engineFolder } from '../backends/tensorflow/installation.js';
import { engineStatuses, startEngine } from '../start-engine.js';
import { tf } from '../tf.js';

const folder = engineFolder(process.env);
const statuses = await engineStatuses({ folder });

/** Runs `define` once per engine that is available here, and fails any test that leaves a tensor behind. */
export function eachEngine(title: string, define: (engine: EngineName) => void): void {
  for (const { name, available, detail } of statuses) {
    if (!available) {
      console.info(`${title}: engine ${name} is not tested here: ${detail}`);
      continue;
    }
    describe(`${title} on ${name}`, () => {
      let before = 0;
      beforeAll(async () => {
        await startEngine(name, { threads: 1, folder });
      });
      beforeEach(() => {
        before = tf.memory().numTensors;
      });
      afterEach(() => {
        expect(tf.memory().numTensors - before, 'tensors left behind').toBe(0);
      });
      define(name);
    });
  }
}
