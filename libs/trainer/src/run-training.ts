import { join } from 'node:path';
import { tf } from '#engine';
import { learningRateAt } from '#losses';
import { agreeOnEngine } from './agree-on-engine.js';
import { writeCheckpoint, writeModel } from './checkpoint/checkpoint.js';
import { modelFolder, pruneCheckpoints, type SnapshotAddress } from './checkpoint/folders.js';
import { decodeStepMessages, encodeStepMessage, type StopMode } from './data/step-message.js';
import { carryOut, dueFaults } from './faults.js';
import { MetricsLog } from './metrics-log.js';
import { prepareTraining, type TrainingState } from './prepare-training.js';
import type { TrainingDeps, TrainingResult } from './training-deps.js';

/** A rank may stay silent that long while it builds its first graph or writes its part of a checkpoint. */
const LEASE_MS = 300_000;

/**
 * Trains one rank until its last step, or until any rank was told to stop: all ranks leave at the same step.
 *
 * Per step: schedule, fetch, forward, all-gather, head, reduce-scatter, backward with all-reduce, update, log, then perhaps
 * verify and checkpoint. After a failed collective the state is torn: the error leaves and nothing is saved.
 *
 * @throws ArcFleetError `non_finite`, `dataset_*`, `checkpoint_*`, `collective_mismatch` (ranks on different engines) and everything that the collective throws.
 */
export async function runTraining(deps: TrainingDeps): Promise<TrainingResult> {
  const { job, collective, engine, trainingSet, now = () => performance.now(), onPhase = () => undefined } = deps;
  const { config, rank, worldSize } = job;
  collective.extendLease(LEASE_MS, 'preparing');
  onPhase('preparing', job.resumeFrom?.step ?? 0);
  const state = await prepareTraining(deps);
  const { backbone, head, batches, verifier, localBatchSize, totalSteps } = state;
  const metrics = new MetricsLog(deps.emit, now);
  const checkpoints = new CheckpointKeeper(deps, state);
  const { embeddingSize } = backbone.network;
  const counts = new Array<number>(worldSize).fill(localBatchSize * embeddingSize);

  try {
    await verifier.open();
    // Nobody says that training starts before every rank has its data and its part of the checkpoint.
    await agreeOnEngine(collective, engine);
    if (rank === 0) {
      deps.emit({
        type: 'training.started',
        step: state.step,
        numClasses: trainingSet.numClasses,
        numImages: trainingSet.numImages,
        numParameters: backbone.network.numParameters,
        engine: engine.name,
        engineDetails: engine.description,
      });
    }
    if (state.step === 0 && config.verification.baselines) {
      onPhase('baselines', 0);
      await verifier.verifyPixels(0);
      await verifier.verifyModel(0);
    }

    let verifiedStep = -1;
    let stopMode: StopMode = 'none';
    onPhase('training', state.step);
    while (state.step < totalSteps && stopMode === 'none') {
      const startMs = now();
      const step = state.step + 1;
      const learningRate = learningRateAt(state.step, config);
      const faults = dueFaults(deps.faults ?? [], { step, rank, generation: job.generation });
      for (const fault of faults) {
        onPhase(`fault ${fault}`, state.step);
        carryOut(fault);
      }

      const batch = await batches.batch(state.step);
      const dataWaitSeconds = (now() - startMs) / 1000;

      const images = tf.tensor4d(batch.pixels, [localBatchSize, trainingSet.height, trainingSet.width, 3]);
      const forward = backbone.forward(images);
      let loss: number;
      try {
        const features = new Float32Array(localBatchSize * embeddingSize);
        await engine.readInto(forward.features, features);
        if (faults.includes('nan')) features.fill(NaN);

        const message = encodeStepMessage({ features, labels: batch.labels, stopMode: deps.stopMode() });
        const gathered = decodeStepMessages(await collective.allGather(message), { localBatchSize, embeddingSize });
        stopMode = gathered.stopMode;

        // Loss and finiteness are agreed inside, before the first row of W changes.
        const { features: all, labels_B: labels } = gathered;
        const result = await head.step({ features: all, labels, learningRate, collective, step });
        loss = result.loss;
        const own = await collective.reduceScatter(result.dFeatures, counts);

        // Each rank pulls back its share of the gradient of the global mean, so the sum over ranks is the gradient: no factor.
        const gradients = await forward.pullback(own, collective, step);
        forward.updateStatistics();
        backbone.apply(gradients, { learningRate, step });
      } finally {
        forward.dispose();
        images.dispose();
        batches.release(batch);
      }
      state.step = step;

      const stepSeconds = (now() - startMs) / 1000;
      if (rank === 0) {
        const samplesPerSecond = config.batch.globalBatchSize / Math.max(stepSeconds, 1e-9);
        metrics.add(step, { loss, learningRate, samplesPerSecond, stepSeconds, dataWaitSeconds });
      }

      const isLast = step === totalSteps;
      // Whoever cancels does not wait for scores.
      if (isLast || (stopMode !== 'cancel' && isDue(step, config.verification.everySteps))) {
        metrics.flush();
        onPhase('verification', step);
        await verifier.verifyModel(step);
        verifiedStep = step;
        onPhase('training', step);
      }
      if (!isLast && (isDue(step, config.checkpoint.everySteps) || stopMode === 'stop')) {
        metrics.flush();
        onPhase('checkpoint', step);
        collective.extendLease(LEASE_MS, 'checkpoint');
        await checkpoints.write(step);
        onPhase('training', step);
      }
      await checkpoints.prune();
    }

    metrics.flush();
    if (state.step < totalSteps) return { outcome: stopMode === 'cancel' ? 'canceled' : 'stopped', step: state.step };
    if (verifiedStep !== state.step) await verifier.verifyModel(state.step);
    await saveModel(deps, state);
    await checkpoints.prune();
    return { outcome: 'succeeded', step: state.step };
  } catch (error) {
    metrics.flush();
    throw error;
  } finally {
    await state.dispose();
  }
}

function isDue(step: number, everySteps: number): boolean {
  return everySteps > 0 && step % everySteps === 0;
}

/** Writes checkpoints and forgets old ones once newer ones were accepted. */
class CheckpointKeeper {
  private readonly accepted: SnapshotAddress[];
  private waiting: { address: SnapshotAddress; seq: number }[] = [];

  constructor(
    private readonly deps: TrainingDeps,
    private readonly state: TrainingState,
  ) {
    const { resumeFrom } = deps.job;
    this.accepted = resumeFrom ? [{ generation: resumeFrom.generation, step: resumeFrom.step }] : [];
  }

  async write(step: number): Promise<void> {
    const manifest = await writeCheckpoint(this.state, step);
    if (!manifest) return;
    const seq = this.deps.emit({ type: 'checkpoint.written', manifest });
    this.waiting.push({ address: { generation: manifest.generation, step }, seq });
  }

  async prune(): Promise<void> {
    const committed = this.deps.committedSeq();
    const ready = this.waiting.filter(({ seq }) => seq <= committed);
    if (ready.length === 0) return;
    this.waiting = this.waiting.filter(({ seq }) => seq > committed);
    this.accepted.push(...ready.map(({ address }) => address));
    const { job, storageRoot, observer } = this.deps;
    const deleted = await pruneCheckpoints(storageRoot, job.runId, job.generation, this.accepted, job.config.checkpoint.keep);
    if (deleted.length > 0) observer.log('info', 'old checkpoints deleted', { deleted });
  }
}

async function saveModel(deps: TrainingDeps, state: TrainingState): Promise<void> {
  const { job, collective, engine, storageRoot, emit } = deps;
  const { backbone, step } = state;
  collective.extendLease(LEASE_MS, 'model');
  const merged = await backbone.statistics.merge(collective, engine);
  if (job.rank === 0) {
    const folder = modelFolder(job.runId, { generation: job.generation, step });
    const files = await writeModel(join(storageRoot, folder), backbone, merged, {
      runId: job.runId,
      step,
      loss: job.config.loss.name,
    });
    emit({ type: 'model.written', step, folder, files });
  }
  // Nobody leaves before the model is safe, so that all ranks succeed or none.
  await collective.barrier();
}
