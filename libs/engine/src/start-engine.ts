import { ArcFleetError, type EngineName } from '#contracts';
import type { EngineBackend, EngineOptions } from './backends/backend.js';
import { cpuBackend } from './backends/cpu.js';
import { tensorFlowBackend } from './backends/tensorflow.js';
import { wasmBackend } from './backends/wasm.js';
import type { Engine, EngineStatus } from './engine.js';

/** Best first: `auto` takes the first that is available. */
const BACKENDS: readonly EngineBackend[] = [tensorFlowBackend, wasmBackend, cpuBackend];

/** What can run here, best first, and what the rest would need. */
export function engineStatuses(options: Pick<EngineOptions, 'folder'> = {}): Promise<EngineStatus[]> {
  return Promise.all(BACKENDS.map((backend) => backend.status(options)));
}

/**
 * Starts an engine and makes it the tfjs backend of this process.
 *
 * @throws ArcFleetError `engine_unavailable`, saying what is missing.
 */
export async function startEngine(name: EngineName | 'auto', options: EngineOptions): Promise<Engine> {
  const backend = await choose(name, options);
  const engine = await backend.start(options);
  options.observer?.log('info', 'engine started', { engine: engine.name, description: engine.description });
  return engine;
}

async function choose(name: EngineName | 'auto', options: EngineOptions): Promise<EngineBackend> {
  const candidates = BACKENDS.filter((backend) => name === 'auto' || backend.name === name);
  const missing: string[] = [];
  for (const backend of candidates) {
    const status = await backend.status(options);
    if (status.available) return backend;
    missing.push(`${backend.name}: ${status.detail}`);
  }
  const reason = candidates.length === 0 ? `there is no engine ${name}` : missing.join('; ');
  throw new ArcFleetError('engine_unavailable', `engine ${name} cannot run here: ${reason}`, { engine: name });
}
