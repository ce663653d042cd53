import { createInMemoryCollectives } from '#collective';
import { runConfigSchema, silentObserver, type CheckpointManifest, type RecordBody, type RunConfigInput } from '#contracts';
import type { TrainingSet } from '#datasets';
import type { Engine } from '#engine';
import type { StopMode } from '../data/step-message.js';
import { parseFaults } from '../faults.js';
import { runTraining } from '../run-training.js';
import type { TrainingResult } from '../training-deps.js';

export interface RunRanks {
  readonly engine: Engine;
  /** Engine that a rank believes it has; default: `engine`. */
  readonly engineOf?: (rank: number) => Engine;
  readonly worldSize: number;
  readonly trainingSet: TrainingSet;
  readonly config: RunConfigInput;
  readonly storageRoot: string;
  readonly runId?: string;
  readonly generation?: number;
  readonly resumeFrom?: CheckpointManifest;
  readonly faults?: string;
  /** Wish of a rank before it sends its message of update `step`. */
  readonly stopAt?: (rank: number, step: number) => StopMode;
  /** Milliseconds, monotonic; default: the machine's. */
  readonly now?: () => number;
  /** Records below this number count as committed at once. */
  readonly commits?: boolean;
}

export interface RankOutcome {
  readonly result?: TrainingResult;
  readonly error?: unknown;
  readonly records: RecordBody[];
}

/** All ranks of a generation in this process, over the in-memory collective and one engine. */
export async function runRanks(options: RunRanks): Promise<RankOutcome[]> {
  const {
    engine,
    worldSize,
    trainingSet,
    storageRoot,
    runId = 'run-1',
    generation = 1,
    resumeFrom = null,
    commits = true,
  } = options;
  const config = runConfigSchema.parse(options.config);
  const collectives = createInMemoryCollectives(worldSize, { generation });
  return Promise.all(
    collectives.map(async (collective, rank): Promise<RankOutcome> => {
      const records: RecordBody[] = [];
      let step = resumeFrom?.step ?? 0;
      try {
        const result = await runTraining({
          job: { kind: 'training', runId, generation, rank, worldSize, config, resumeFrom, rendezvousTimeoutMs: 1000 },
          engine: options.engineOf?.(rank) ?? engine,
          collective,
          trainingSet,
          storageRoot,
          emit: (body) => records.push(body),
          committedSeq: () => (commits ? records.length : 0),
          stopMode: () => options.stopAt?.(rank, ++step) ?? 'none',
          observer: silentObserver,
          ...(options.now ? { now: options.now } : {}),
          faults: parseFaults(options.faults),
          // Small, so that several buckets are in flight even for a tiny network.
          bucketBytes: 100_000,
        });
        return { result, records };
      } catch (error) {
        await collective.abort(String(error));
        return { error, records };
      }
    }),
  );
}

/** The loss of every step that rank 0 reported, in order. */
export function lossesOf(outcomes: readonly RankOutcome[]): number[] {
  return (outcomes[0]?.records ?? []).flatMap((record) =>
    record.type === 'metrics' ? record.points.map(({ values }) => values['loss']!) : [],
  );
}

export function recordsOf<T extends RecordBody['type']>(outcome: RankOutcome | undefined, type: T) {
  return (outcome?.records ?? []).filter((record): record is Extract<RecordBody, { type: T }> => record.type === type);
}
