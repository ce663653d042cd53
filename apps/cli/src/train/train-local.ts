import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingJob } from '#contracts';
import { startRedis, type Session } from '#services';
import type { CliConfig } from '../config.js';
import { listenTo } from '../follow/listen-to.js';
import type { ProgressView } from '../follow/progress-view.js';
import {
  closeLocalState,
  dropEventFiles,
  keepEventFiles,
  openLocalState,
  stateFolder,
  type LocalState,
} from '../local/local-state.js';
import { cutMetrics } from '../local/metrics-file.js';
import { RunRecorder } from '../local/run-recorder.js';
import { trainRanks, type RanksOutcome } from '../local/train-ranks.js';
import { orAbort } from '../foreground.js';
import { ModelEvents } from './model-events.js';
import { ModelPlacer } from './place-models.js';
import type { ResolvedTraining } from './resolve-training.js';
import type { TrainResult } from './train-report.js';

/** Loading an engine and the index of a large data set takes its time on a busy machine. */
const RENDEZVOUS_MS = 300_000;

/**
 * Trains all ranks in processes of this machine, without a server: ranks meet in a Redis that lives as long as the run. The signal
 * stops them at a checkpoint.
 * @throws ArcFleetError `conflict`, `not_found` (see {@link openLocalState}), `service_unavailable`.
 */
export async function trainLocally(
  session: Session,
  config: CliConfig,
  training: ResolvedTraining,
  options: { readonly threads: number | undefined; readonly resume: boolean; readonly command: string },
  view: ProgressView,
  signal: AbortSignal,
): Promise<TrainResult> {
  const { ranks, modelFolder } = training;
  const startedAt = performance.now();
  const state = await openLocalState(modelFolder, training, options.resume);
  const recorded = startRecorder(training, state, view);
  if (state.resumeFrom) await recorded.placer.takeUp(state.resumeFrom);
  let outcome: RanksOutcome | null = null;
  try {
    const redisUrl = ranks > 1 ? await startMeetingPlace(session, config, view, signal) : '';
    const threads = options.threads ?? Math.max(1, Math.floor(config.cores / ranks));
    outcome = await runRanks(config, training, state, { redisUrl, threads, recorder: recorded.recorder, view, stop: signal });
    await recorded.models.settled();
  } finally {
    view.stop();
    // What ended early leaves nothing behind but scalars and a checkpoint.
    if (outcome === null) {
      await keepEventFiles(state, modelFolder);
      await closeLocalState(state, false);
    }
  }
  const hasSucceeded = outcome.outcome === 'succeeded';
  const eventFiles = await keepEventFiles(state, modelFolder);
  const checkpoint = await closeLocalState(state, hasSucceeded);
  const { recorder, placer } = recorded;
  return {
    status: outcome.outcome,
    runId: null,
    ranks,
    engine: recorder.engine,
    steps: outcome.step ?? state.resumeFrom?.step ?? 0,
    seconds: (performance.now() - startedAt) / 1_000,
    speeds: recorder.speeds,
    verifications: recorder.verifications,
    model: placer.placed,
    error: outcome.error,
    hints: [
      ...(outcome.message === null ? [] : [`end       ${outcome.message}`]),
      `metrics   ${metricsFile(modelFolder)}${eventFiles === null ? '' : `; for TensorBoard: ${eventFiles}`}`,
      ...(checkpoint
        ? [
            `\nA checkpoint of step ${checkpoint.step} is kept in ${stateFolder(modelFolder)}. To go on from it:\n  ${options.command} --resume`,
          ]
        : []),
    ],
  };
}

const metricsFile = (modelFolder: string): string => join(modelFolder, 'metrics.jsonl');

function startRecorder({ config, modelFolder, ckpt }: ResolvedTraining, state: LocalState, view: ProgressView) {
  const placer = new ModelPlacer(modelFolder, ckpt);
  const models = new ModelEvents({ view, placer, storageRoot: state.storageRoot });
  const listener = listenTo(view, {
    samplesPerStep: config.batch.globalBatchSize,
    onOther: (event) => models.onEvent(event),
  });
  const recorder = new RunRecorder({
    metricsFile: metricsFile(modelFolder),
    generation: state.generation,
    onCheckpoint: (manifest) => state.accept(manifest),
    onEvent: (event) => {
      listener.onEvent(event);
      // The ranks may delete a model that was replaced once this is stored.
      return models.settled();
    },
  });
  return { recorder, models, placer };
}

async function startMeetingPlace(session: Session, config: CliConfig, view: ProgressView, signal: AbortSignal): Promise<string> {
  const redis = await orAbort(startRedis(session, { path: config.path }), signal);
  view.say(`ranks     meet in ${redis.description}`);
  return redis.url;
}

async function runRanks(
  cli: CliConfig,
  { config, ranks, devices, modelFolder }: ResolvedTraining,
  { runId, generation, storageRoot, resumeFrom }: LocalState,
  parts: { redisUrl: string; threads: number; recorder: RunRecorder; view: ProgressView; stop: AbortSignal },
): Promise<RanksOutcome> {
  const { redisUrl, threads, recorder, view, stop } = parts;
  const makeRoom = async (): Promise<void> => {
    if (resumeFrom) return cutMetrics(metricsFile(modelFolder), resumeFrom.step);
    await writeFile(metricsFile(modelFolder), '');
    await dropEventFiles(modelFolder);
  };
  const job: Omit<TrainingJob, 'rank'> = {
    kind: 'training',
    runId,
    generation,
    worldSize: ranks,
    config,
    resumeFrom,
    rendezvousTimeoutMs: RENDEZVOUS_MS,
  };
  return trainRanks({
    job,
    settings: {
      engine: config.engine,
      threads,
      engineFolder: cli.engineFolder,
      dataAccess: cli.dataAccess,
      redisUrl,
      storageRoot,
    },
    main: cli.trainerMain,
    envOf: (rank) => ({ ...cli.env, ...(devices ? { CUDA_VISIBLE_DEVICES: devices[rank] } : {}) }),
    onRecord: async (rank, body) => {
      if (rank !== 0) return;
      // What an earlier run left in the folder gives way once this one really trains.
      if (body.type === 'training.started') await makeRoom();
      await recorder.store(body);
    },
    log: (level, message) => {
      if (level === 'warn' || level === 'error') view.say(`${level.padEnd(9)} ${message}`);
    },
    stop,
  });
}
