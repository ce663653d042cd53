import type { Accuracies } from '#contracts';
import { agreeOnEngine } from './agree-on-engine.js';
import { CheckpointKeeper } from './checkpoint/checkpoint-keeper.js';
import type { StopMode } from './data/step-message.js';
import { carryOut, dueFaults, type FaultKind } from './faults.js';
import { MetricsLog } from './metrics-log.js';
import { reachedTarget } from './models/best-model.js';
import { ModelKeeper } from './models/model-keeper.js';
import { prepareTraining, type TrainingState } from './prepare-training.js';
import { withTensorBoard } from './tensorboard/with-tensorboard.js';
import { trainStep } from './train-step.js';
import type { TrainingDeps, TrainingResult } from './training-deps.js';

/** A rank may stay silent that long while it builds its first graph or writes its part of a checkpoint. */
const LEASE_MS = 300_000;

/**
 * Trains one rank until its last step, until a verification reaches the target of `earlyStop`, or until any rank was told to
 * stop: all ranks leave at the same step.
 *
 * Per step: {@link trainStep}, log, then perhaps verify, store a model, write a checkpoint. After a failed collective the state is
 * torn: the error leaves and nothing is saved.
 *
 * @throws ArcFleetError `non_finite`, `dataset_*`, `checkpoint_*`, `collective_mismatch` (ranks on different engines) and everything that the collective throws.
 */
export function runTraining(deps: TrainingDeps): Promise<TrainingResult> {
  return withTensorBoard(deps, train);
}

async function train(deps: TrainingDeps): Promise<TrainingResult> {
  const { job, collective, now = () => performance.now(), onPhase = () => undefined } = deps;
  const { config, rank } = job;
  collective.extendLease(LEASE_MS, 'preparing');
  onPhase('preparing', job.resumeFrom?.step ?? 0);
  const state = await prepareTraining(deps);
  const { verifier, totalSteps } = state;
  const metrics = new MetricsLog(deps.emit, now);
  const checkpoints = new CheckpointKeeper(deps, state);
  const models = new ModelKeeper(deps, state);

  try {
    await start(deps, state);

    let stopMode: StopMode = 'none';
    let accuracies: Accuracies = [];
    let hasEnded = false;
    onPhase('training', state.step);
    while (!hasEnded && state.step < totalSteps && stopMode === 'none') {
      const startMs = now();
      const faults = meetFaults(deps, state.step);
      const outcome = await trainStep(deps, state, faults);
      const { step } = state;
      stopMode = outcome.stopMode;
      if (rank === 0) {
        const stepSeconds = (now() - startMs) / 1000;
        const samplesPerSecond = config.batch.globalBatchSize / Math.max(stepSeconds, 1e-9);
        metrics.add(step, { ...outcome.values, samplesPerSecond, stepSeconds });
      }

      hasEnded = step === totalSteps;
      // Whoever cancels does not wait for scores.
      if (hasEnded || (stopMode !== 'cancel' && isDue(step, config.verification.everySteps))) {
        metrics.flush();
        onPhase('verification', step);
        accuracies = await verifier.verifyModel(step);
        hasEnded ||= reachedTarget(config.earlyStop, accuracies) !== null;
        await models.keep(accuracies, hasEnded);
        onPhase('training', step);
      }
      if (!hasEnded && (isDue(step, config.checkpoint.everySteps) || stopMode === 'stop')) {
        metrics.flush();
        onPhase('checkpoint', step);
        collective.extendLease(LEASE_MS, 'checkpoint');
        await checkpoints.write(step, models.best);
        onPhase('training', step);
      }
      await checkpoints.prune();
      await models.prune(checkpoints.acceptedStep);
    }

    metrics.flush();
    if (!hasEnded && state.step < totalSteps) {
      return { outcome: stopMode === 'cancel' ? 'canceled' : 'stopped', step: state.step };
    }
    if (!hasEnded) await models.keep(await verifier.verifyModel(state.step), true);
    await models.prune(state.step);
    await checkpoints.prune();
    return { outcome: 'succeeded', step: state.step, ...reasonOf(deps, state, accuracies) };
  } catch (error) {
    metrics.flush();
    throw error;
  } finally {
    await state.dispose();
  }
}

/** Says that training starts, once every rank has its data and its part of the checkpoint; scores the baselines. */
async function start(deps: TrainingDeps, state: TrainingState): Promise<void> {
  const { job, collective, engine, trainingSet, onPhase = () => undefined } = deps;
  const { backbone, verifier, step, totalSteps, numImages } = state;
  await agreeOnEngine(collective, engine);
  if (job.rank === 0) {
    deps.emit({
      type: 'training.started',
      step,
      totalSteps,
      numClasses: trainingSet.numClasses,
      numImages,
      numParameters: backbone.network.numParameters,
      engine: engine.name,
      engineDetails: engine.description,
    });
  }
  if (step > 0 || !job.config.verification.baselines) return;
  onPhase('baselines', 0);
  await verifier.verifyPixels(0);
  await verifier.verifyModel(0);
}

/** Faults of the update after `step` updates; carries out those that need no place in the computation. */
function meetFaults({ faults = [], job, onPhase = () => undefined }: TrainingDeps, step: number): FaultKind[] {
  const due = dueFaults(faults, { step: step + 1, rank: job.rank, generation: job.generation });
  for (const fault of due) {
    onPhase(`fault ${fault}`, step);
    carryOut(fault);
  }
  return due;
}

/** Why a run ended before its last step, for people. */
function reasonOf({ job }: TrainingDeps, { step, totalSteps }: TrainingState, accuracies: Accuracies): { message?: string } {
  const { earlyStop } = job.config;
  const accuracy = reachedTarget(earlyStop, accuracies);
  if (earlyStop === null || accuracy === null) return {};
  const reached = `${earlyStop.target} reached ${accuracy.toFixed(5)} (earlyStop.accuracy ${earlyStop.accuracy})`;
  return { message: `${reached} at step ${step} of ${totalSteps}` };
}

function isDue(step: number, everySteps: number): boolean {
  return everySteps > 0 && step % everySteps === 0;
}
