import type { EngineName, Observer } from '#contracts';
import type { Engine, EngineStatus } from '../engine.js';

export interface EngineOptions {
  /** Threads that the engine may use; an engine that cannot use as many says so in its description. */
  readonly threads: number;
  /** Where engines that do not come with npm are installed; default: `engineFolder()`. */
  readonly folder?: string;
  readonly observer?: Observer;
}

/** One file per backend. `status` never throws and is cheap; `start` makes it the tfjs backend of this process. */
export interface EngineBackend {
  readonly name: EngineName;
  status(options?: Pick<EngineOptions, 'folder'>): Promise<EngineStatus>;
  start(options: EngineOptions): Promise<Engine>;
}
