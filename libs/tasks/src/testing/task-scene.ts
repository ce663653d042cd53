import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentObserver, taskConfigSchema, type RecordBody, type TaskResultOf, type TaskWork } from '#contracts';
import { startEngine, type Engine } from '#engine';
import { writeOwnModel, type BackboneValues } from '#model-files';
import { createNetwork, initialValues, type Network } from '#model-zoo';
import { runTask } from '../run-task.js';

/** A storage folder with a folder of other things beside it, and an engine. */
export class TaskScene {
  private constructor(
    private readonly root: string,
    readonly engine: Engine,
  ) {}

  static async open(): Promise<TaskScene> {
    const root = await mkdtemp(join(tmpdir(), 'arcfleet-tasks-'));
    return new TaskScene(root, await startEngine('wasm', { threads: 1 }));
  }

  get storageRoot(): string {
    return join(this.root, 'storage');
  }

  /** Where users keep what they bring. */
  outside(...names: string[]): string {
    return join(this.root, 'outside', ...names);
  }

  /** Runs a task to its end as a worker does. */
  async run<T extends TaskWork['task']>(
    work: Extract<TaskWork, { task: T }>,
    options: {
      importRoots?: string[];
      generation?: number;
      runId?: string;
      onPhase?: (phase: string) => void;
      stopMode?: () => 'none' | 'stop' | 'cancel';
      beforeEngine?: () => Promise<void>;
    } = {},
  ): Promise<{ outcome: string; result: TaskResultOf<T> | undefined }> {
    const { generation = 1, runId = 'tsk_1', onPhase, stopMode, beforeEngine } = options;
    const records: RecordBody[] = [];
    const address = { runId, generation, rank: 0, worldSize: 1, rendezvousTimeoutMs: 1000 };
    const outcome = await runTask({
      job: { ...address, kind: 'task', config: taskConfigSchema.parse({ work }) },
      openEngine: async () => {
        await beforeEngine?.();
        return this.engine;
      },
      storageRoot: this.storageRoot,
      importRoots: options.importRoots,
      emit: (body) => records.push(body),
      stopMode: stopMode ?? (() => 'none'),
      onPhase: (phase) => onPhase?.(phase),
      observer: silentObserver,
    });
    const record = records.at(-1);
    return { outcome, result: record?.type === 'task.completed' ? (record.result as TaskResultOf<T>) : undefined };
  }

  async close(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** A small network with weights that depend on the seed. */
export function aBackbone(name: string, seed = 3): { network: Network; values: BackboneValues } {
  const network = createNetwork({ name, embeddingSize: 16, height: 112, width: 112 });
  const parameters = new Map(network.parameters.map((spec) => [spec.name, initialValues(spec, seed)]));
  const statistics = Float32Array.from(
    network.statistics.flatMap(({ channels }) => [
      ...new Array<number>(channels).fill(0),
      ...new Array<number>(channels).fill(1),
    ]),
  );
  return { network, values: { parameters, statistics } };
}

/** Writes such a network as our own files. */
export async function writeBackbone(prefix: string, name = 'tiny', seed = 3): Promise<void> {
  const { network, values } = aBackbone(name, seed);
  await writeOwnModel(prefix, network, values);
}
