import type { EngineName } from '#contracts';
import type { Embedder } from '#model-files';
import type { CliConfig } from '../config.js';
import { localPath } from '../local-path.js';

export interface ModelFlags {
  readonly engine: EngineName | 'auto';
  readonly threads?: number | undefined;
  readonly network?: string | undefined;
}

/** Opens a stored model in this process. @throws ArcFleetError `model_*`, `checkpoint_corrupt`, `engine_unavailable` */
export async function openModel(config: CliConfig, model: string, { engine, threads, network }: ModelFlags): Promise<Embedder> {
  // Loaded only now: tensor libraries take their time.
  const [{ startEngine }, { openEmbedder }] = await Promise.all([import('#engine'), import('#model-files')]);
  const started = await startEngine(engine, {
    threads: threads ?? config.cores,
    folder: config.engineFolder,
    observer: { log: () => undefined },
  });
  return openEmbedder(localPath(config.workingFolder, model, 'a model'), {
    engine: started,
    hints: network === undefined ? {} : { name: network },
  });
}
