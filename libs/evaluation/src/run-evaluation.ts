import { isAbsolute, join } from 'node:path';
import { ArcFleetError, type EvaluatedModel, type EvaluationScores, type ResolvedModel } from '#contracts';
import { openEmbedder, type Embedder } from '#model-files';
import { embedImages, Interrupted } from './embed-images.js';
import type { EvaluationDeps, EvaluationResult } from './evaluation-deps.js';
import { engineMultiply } from './multiply-rows.js';
import { openTarget } from './targets/open-target.js';
import type { OpenTarget } from './targets/target.js';

/** A rank may stay silent that long while it opens the model and all targets. */
const OPEN_LEASE_MS = 600_000;

/**
 * One rank's part of an evaluation: all targets are opened first, so that a damaged one is found at once; then each is embedded by
 * all ranks together and scored by rank 0.
 *
 * @throws ArcFleetError `model_not_found`, `model_mismatch`, `checkpoint_corrupt`, `dataset_*`, `pickle_refused`, `non_finite`,
 *   `collective_mismatch` for ranks that opened different models, and everything that the collective throws.
 */
export async function runEvaluation(deps: EvaluationDeps): Promise<EvaluationResult> {
  const { job, engine, collective, emit, onPhase = () => undefined } = deps;
  const { config } = job;
  collective.extendLease(OPEN_LEASE_MS, 'opening');
  onPhase('opening', 0);
  const targets: OpenTarget[] = [];
  let embedder: Embedder | null = null;
  let done = 0;
  try {
    embedder = await openEmbedder(modelPath(config.model, deps.storageRoot), { engine });
    for (const target of config.targets) targets.push(await openTarget(target, embedder, deps.access));
    await agreeOnModel(deps, embedder);
    if (job.rank === 0) {
      emit({
        type: 'evaluation.started',
        model: describeModel(embedder),
        engine: engine.name,
        engineDetails: engine.description,
      });
    }
    for (const target of targets) {
      onPhase(target.name, done);
      const scores = await evaluate(deps, embedder, target);
      if (scores) emit({ type: 'evaluation.scored', target: target.name, scores });
      done++;
    }
    // One rank's success speaks for all: none leaves before rank 0 has scored.
    await collective.barrier();
    return { outcome: 'succeeded', step: done };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return { outcome: error.mode === 'cancel' ? 'canceled' : 'stopped', step: done };
  } finally {
    await Promise.all(targets.map((target) => target.close()));
    await embedder?.dispose();
  }
}

async function evaluate(deps: EvaluationDeps, embedder: Embedder, target: OpenTarget): Promise<EvaluationScores | null> {
  const { job, collective, stopMode } = deps;
  const { flip, batchSize, bootstrap, seed } = job.config;
  const embeddings = await embedImages({
    collective,
    embedder,
    images: target.images,
    batchSize,
    flip,
    mirrored: target.mirrored,
    stopMode,
  });
  if (embeddings === null) return null;
  collective.extendLease(OPEN_LEASE_MS, 'scoring');
  try {
    return await target.score(embeddings, embedder.embeddingSize, {
      bootstrap,
      seed,
      multiply: engineMultiply(deps.engine),
      onWait: () => collective.extendLease(OPEN_LEASE_MS, 'scoring'),
    });
  } catch (error) {
    if (!(error instanceof ArcFleetError)) throw error;
    throw new ArcFleetError(
      error.code,
      `${target.name}: ${error.message}`,
      { ...error.details, target: target.name },
      { cause: error },
    );
  }
}

/** A model of ours lies below the storage root. */
export function modelPath({ path, epoch }: ResolvedModel, storageRoot: string): string {
  const whole = isAbsolute(path) ? path : join(storageRoot, path);
  return epoch === undefined ? whole : `${whole},${epoch}`;
}

export function describeModel(embedder: Embedder): EvaluatedModel {
  const { format, network, embeddingSize, height, width, sha256, engine } = embedder;
  return { format, network, embeddingSize, height, width, sha256, engine };
}

/** Shares of different models would make a score that means nothing. */
async function agreeOnModel({ collective }: EvaluationDeps, embedder: Embedder): Promise<void> {
  const data = Buffer.from(`${embedder.sha256} ${embedder.engine}`.padEnd(128));
  const all = await collective.allGather({ dtype: 'bytes', shape: [data.length], data: Uint8Array.from(data) });
  const others = all.map(({ data: bytes }) =>
    Buffer.from(bytes as Uint8Array)
      .toString('latin1')
      .trim(),
  );
  if (others.every((other) => other === others[0])) return;
  const list = others.map((other, rank) => `rank ${rank}: ${other}`).join('; ');
  const message = `The ranks do not have the same model on the same engine (${list}). Put the same file on every worker, or start them with one engine`;
  throw new ArcFleetError('collective_mismatch', message, { models: others });
}
