import { createInMemoryCollectives } from '#collective';
import { ArcFleetError, type EngineName, type EvaluatedModel, type EvaluationScores, type EvaluationTarget } from '#contracts';
import type { StopMode } from '#evaluation';
import type { CliConfig } from '../config.js';
import { refuseExistingResults, writeResults, type ResultFolders } from './write-results.js';
import type { ScoredTarget } from './evaluation-table.js';

export interface LocalEvaluation extends ResultFolders {
  readonly model: string;
  /** Replace results that are there. */
  readonly force: boolean;
  /** A second model on the same targets; null: none. */
  readonly against: string | null;
  readonly targets: readonly EvaluationTarget[];
  readonly engine: EngineName | 'auto';
  readonly threads: number | undefined;
  readonly flip: boolean;
  /** What to do with an image of another size than the model's. */
  readonly unaligned: 'refuse' | 'crop';
  readonly batchSize: number;
  readonly bootstrap: number;
  readonly seed: number;
  /** Network of the model, where the file does not say. */
  readonly network: string | undefined;
}

/** How much better (or, negative, worse) a model is than the other on the same pairs, in shares of pairs decided rightly. */
export interface ModelDifference {
  readonly target: string;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

export interface EvaluationResult {
  readonly model: EvaluatedModel;
  readonly scored: readonly ScoredTarget[];
  readonly against: { readonly model: EvaluatedModel; readonly scored: readonly ScoredTarget[] } | null;
  readonly differences: readonly ModelDifference[];
}

export interface EvaluationWatch {
  readonly stopMode: () => StopMode;
  /** What is being done, and how far it is. */
  readonly onProgress: (what: string, done: number, count: number) => void;
  /** A target of the first model is scored, whatever becomes of those behind it. */
  readonly onScored: (scored: ScoredTarget) => void;
}

/**
 * Evaluates right here, in this process.
 *
 * @throws ArcFleetError `config_invalid` for files in the way, `model_*`, `dataset_*`, `engine_unavailable`, ...; `Interrupted` of #evaluation when told to stop.
 */
export async function evaluateLocally(
  evaluation: LocalEvaluation,
  config: CliConfig,
  { stopMode, onProgress, onScored }: EvaluationWatch,
): Promise<EvaluationResult> {
  refuseExistingResults(
    evaluation.targets.map(({ name }) => name),
    evaluation,
    evaluation.force,
  );
  // Loaded only now: tensor libraries take their time.
  const [{ startEngine }, { openEmbedder }, { describeModel, engineMultiply, evaluateModel }, { bootstrapDifference }] =
    await Promise.all([import('#engine'), import('#model-files'), import('#evaluation'), import('#verification')]);
  const { targets, flip, unaligned, batchSize, bootstrap, seed, network } = evaluation;
  const engine = await startEngine(evaluation.engine, {
    threads: evaluation.threads ?? config.cores,
    folder: config.engineFolder,
    observer: { log: () => undefined },
  });
  const [collective] = createInMemoryCollectives(1);

  const judge = async (path: string, folders: ResultFolders) => {
    const embedder = await openEmbedder(path, { engine, hints: network === undefined ? {} : { name: network } });
    try {
      const scored: ScoredTarget[] = [];
      const outcomes = new Map<string, Uint8Array>();
      for (const target of targets) {
        const result = await evaluateModel({
          collective: collective!,
          embedder,
          target,
          access: config.dataAccess,
          unaligned,
          batchSize,
          flip,
          stopMode,
          scoring: { bootstrap, seed, multiply: engineMultiply(engine) },
          onEmbedded: async (open, embeddings) => {
            if (folders.scoresOut === undefined && folders.embeddingsOut === undefined) return;
            const { embeddingSize: dim } = embedder;
            const similarities = open.similarities?.(embeddings, dim) ?? null;
            const { isSame = null } = open;
            await writeResults({ target: target.name, similarities, embeddings: summed(embeddings), dim, isSame }, folders);
          },
          onProgress: (done, count) => onProgress(target.name, done, count),
        });
        scored.push({ target: target.name, scores: result!.scores, numCropped: result!.numCropped });
        if (path === evaluation.model) onScored(scored.at(-1)!);
        if (result!.outcomes) outcomes.set(target.name, result!.outcomes);
      }
      return { model: describeModel(embedder), scored, outcomes };
    } finally {
      await embedder.dispose();
    }
  };

  const { model, scored, outcomes } = await judge(evaluation.model, evaluation);
  if (evaluation.against === null) return { model, scored, against: null, differences: [] };
  const other = await judge(evaluation.against, {});
  const differences = [...outcomes].map(([target, own]): ModelDifference => {
    const theirs = other.outcomes.get(target);
    if (!theirs) throw new ArcFleetError('internal', `${target} was scored once`);
    const { estimate, low, high } = bootstrapDifference(theirs, own, { numResamples: Math.max(bootstrap, 1), seed });
    return { target, difference: estimate, low, high };
  });
  return { model, scored, against: { model: other.model, scored: other.scored }, differences };
}

/** One row per image, plain and mirrored added. */
function summed({ plain, mirrored }: { plain: Float32Array; mirrored: Float32Array | null }): Float32Array {
  return mirrored ? plain.map((value, at) => value + mirrored[at]!) : plain;
}

/** One object for scripts: everything, curves included. */
export function evaluationJson({ model, scored, against, differences }: EvaluationResult): Record<string, unknown> {
  const byTarget = (list: readonly ScoredTarget[]): Record<string, EvaluationScores> =>
    Object.fromEntries(list.map(({ target, scores }) => [target, scores]));
  return {
    model,
    targets: byTarget(scored),
    ...(against && { against: { model: against.model, targets: byTarget(against.scored) }, differences }),
  };
}
