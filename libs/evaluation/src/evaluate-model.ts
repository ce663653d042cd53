import type { EvaluationScores, EvaluationTarget } from '#contracts';
import { embedImages, type Embeddings, type EmbedImagesInputs } from './embed-images.js';
import { throwIfTold } from './interrupted.js';
import { openTarget } from './targets/open-target.js';
import type { OpenTarget, OpenTargetOptions, ScoringOptions } from './targets/target.js';

export interface EvaluateModelInputs
  extends OpenTargetOptions, Pick<EmbedImagesInputs, 'collective' | 'embedder' | 'batchSize' | 'flip' | 'stopMode'> {
  readonly target: EvaluationTarget;
  readonly scoring: ScoringOptions;
  /** Gets what was embedded, on rank 0, before it is scored. */
  readonly onEmbedded?: (target: OpenTarget, embeddings: Embeddings) => Promise<void>;
  /** Told about every round: images done of all. */
  readonly onProgress?: (done: number, count: number) => void;
}

/** What an embedder scored on a target, and which pairs it decided rightly (null for targets without pairs). */
export interface ModelEvaluation {
  readonly scores: EvaluationScores;
  readonly outcomes: Uint8Array | null;
  /** Images of another size that were cropped to their middle. */
  readonly numCropped: number;
}

/**
 * Evaluates an opened model on one target. On ranks other than 0: null. Told to stop while it scores, rank 0 leaves alone.
 *
 * @throws ArcFleetError `dataset_*`, `pickle_refused`, `non_finite`; Interrupted.
 */
export async function evaluateModel(inputs: EvaluateModelInputs): Promise<ModelEvaluation | null> {
  const { embedder, scoring, onEmbedded, onProgress, target: asked, access, unaligned, ...embedding } = inputs;
  const target = await openTarget(asked, embedder, { access, unaligned });
  try {
    const { images, mirrored } = target;
    const told = onProgress && ((done: number) => onProgress(done, images.count));
    const embeddings = await embedImages({ ...embedding, embedder, images, mirrored, ...(told && { onProgress: told }) });
    if (embeddings === null) return null;
    await onEmbedded?.(target, embeddings);
    const { embeddingSize: dim } = embedder;
    return {
      outcomes: target.outcomes?.(embeddings, dim) ?? null,
      numCropped: embeddings.numCropped,
      scores: await target.score(embeddings, dim, {
        ...scoring,
        onWait: () => {
          throwIfTold(inputs.stopMode());
          scoring.onWait?.();
        },
      }),
    };
  } finally {
    await target.close();
  }
}
