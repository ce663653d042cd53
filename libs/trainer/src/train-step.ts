import { learningRateAt } from '#losses';
import { decodeStepMessages, encodeStepMessage, type StopMode } from './data/step-message.js';
import type { FaultKind } from './faults.js';
import { openPass } from './passes/open-pass.js';
import type { TrainingState } from './prepare-training.js';
import type { TrainingDeps } from './training-deps.js';

export interface StepOutcome {
  /** Agreed by all ranks. */
  readonly stopMode: StopMode;
  /** Scalars of the step, the same on every rank but for times. */
  readonly values: Readonly<Record<string, number>>;
}

/**
 * One update: fetch, embed, all-gather, head, reduce-scatter, backward with all-reduce, apply. The ranks agree about loss and
 * finiteness before the first row of W changes; a failed collective leaves a torn state, and the error leaves with it.
 *
 * @throws ArcFleetError `non_finite`, `dataset_corrupt`, and what the collective throws.
 */
export async function trainStep(deps: TrainingDeps, state: TrainingState, faults: readonly FaultKind[]): Promise<StepOutcome> {
  const { collective, job, now = () => performance.now() } = deps;
  const { backbone, head, batches, localBatchSize } = state;
  const { communication, network } = job.config;
  const { embeddingSize } = backbone.network;
  const step = state.step + 1;
  const learningRate = learningRateAt(state.step, job.config, state);

  const startMs = now();
  const batch = await batches.batch(state.step);
  const loaded = batches.metrics?.() ?? {};
  // Mining computes, and its time is a metric of its own.
  const dataWaitSeconds = (now() - startMs) / 1000 - (loaded['miningSeconds'] ?? 0);

  const pass = openPass({ backbone, collective, batch, step, firstSample: job.rank * localBatchSize });
  try {
    const features = await pass.embed();
    if (faults.includes('nan')) features.fill(NaN);

    const format = { localBatchSize, embeddingSize, wire: communication.features };
    const message = encodeStepMessage({ features, labels: batch.labels, stopMode: deps.stopMode() }, format);
    const gathered = decodeStepMessages(await collective.allGather(message), format);

    const { features: all, labels_B: labels, stopMode } = gathered;
    const result = await head.step({ features: all, labels, learningRate, collective, step });

    if (!network.frozen) {
      const counts = new Array<number>(job.worldSize).fill(localBatchSize * embeddingSize);
      const own = await collective.reduceScatter(result.dFeatures, counts, { wire: communication.features });
      // Each rank pulls back its share of the gradient of the global mean, so the sum over ranks is the gradient: no factor.
      backbone.apply(await pass.pullback(own), { learningRate, step });
    }
    state.step = step;
    return { stopMode, values: { loss: result.loss, learningRate, dataWaitSeconds, ...result.metrics, ...loaded } };
  } finally {
    pass.dispose();
    batches.release(batch);
  }
}
