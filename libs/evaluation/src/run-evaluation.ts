import { isAbsolute, join } from 'node:path';
import type { Collective } from '#collective';
import { ArcFleetError, type EvaluatedModel, type EvaluationScores, type ResolvedModel } from '#contracts';
import { openEmbedder, type Embedder } from '#model-files';
import { embedImages } from './embed-images.js';
import type { EvaluationDeps, EvaluationResult } from './evaluation-deps.js';
import { Interrupted, STOP_CODES, throwIfTold, type StopMode } from './interrupted.js';
import { engineMultiply } from './multiply-rows.js';
import { openTarget } from './targets/open-target.js';
import type { OpenTarget } from './targets/target.js';

/** A rank may stay silent that long while it opens the model and all targets. */
const OPEN_LEASE_MS = 600_000;
/** What ranks compare is no longer. */
const TEXT_BYTES = 192;

/**
 * One rank's part of an evaluation: all targets are opened first, so that a damaged one is found at once; then each is embedded by
 * all ranks together and scored by rank 0.
 *
 * @throws ArcFleetError `model_not_found`, `model_mismatch`, `checkpoint_corrupt`, `dataset_*`, `pickle_refused`, `non_finite`,
 *   `collective_mismatch` for ranks that opened different models or files, and everything that the collective throws.
 */
export async function runEvaluation(deps: EvaluationDeps): Promise<EvaluationResult> {
  const { job, engine, collective, access, emit, onPhase = () => undefined } = deps;
  const { config } = job;
  collective.extendLease(OPEN_LEASE_MS, 'opening');
  onPhase('opening', 0);
  const targets: OpenTarget[] = [];
  let embedder: Embedder | null = null;
  let done = 0;
  try {
    embedder = await openEmbedder(modelPath(config.model, deps.storageRoot), { engine });
    for (const target of config.targets)
      targets.push(await openTarget(target, embedder, { access, unaligned: config.unaligned }));
    await agreeOnModel(deps, embedder);
    await agreeOnTargets(deps, targets);
    if (job.rank === 0) {
      emit({
        type: 'evaluation.started',
        model: describeModel(embedder),
        // An ONNX graph brings its own.
        engine: embedder.engine,
        engineDetails:
          embedder.engine === engine.name ? engine.description : `${embedder.engine} on the CPU, threads: ${engine.threads}`,
      });
    }
    for (const target of targets) {
      onPhase(target.name, done);
      const { scores, told } = await evaluate(deps, embedder, target);
      if (scores) emit({ type: 'evaluation.scored', target: target.name, digest: target.digest, scores });
      // One rank's success speaks for all: none goes on or leaves before rank 0 has scored, or says that it was told not to.
      const { isScored, mode } = await agreeOnScores(collective, { isScored: scores !== null, mode: told });
      if (isScored) done++;
      if (done < targets.length) throwIfTold(mode);
    }
    return { outcome: 'succeeded', step: done };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return { outcome: error.mode === 'cancel' ? 'canceled' : 'stopped', step: done };
  } finally {
    await Promise.all(targets.map((target) => target.close()));
    await embedder?.dispose();
  }
}

/** What became of a target here: scores on rank 0 unless it was told to leave meanwhile. */
interface Evaluated {
  readonly scores: EvaluationScores | null;
  readonly told: StopMode;
}

async function evaluate(deps: EvaluationDeps, embedder: Embedder, target: OpenTarget): Promise<Evaluated> {
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
  if (embeddings === null) return { scores: null, told: stopMode() };
  const { numCropped } = embeddings;
  if (numCropped > 0) {
    const message = `${target.name}: ${numCropped} of ${target.images.count} images were of another size and were cropped to their middle without alignment; scores may be poor`;
    deps.observer.log('warn', message, { target: target.name, numCropped });
  }
  collective.extendLease(OPEN_LEASE_MS, 'scoring');
  try {
    const scores = await target.score(embeddings, embedder.embeddingSize, {
      bootstrap,
      seed,
      multiply: engineMultiply(deps.engine),
      onWait: () => {
        throwIfTold(stopMode());
        collective.extendLease(OPEN_LEASE_MS, 'scoring');
      },
    });
    return { scores, told: stopMode() };
  } catch (error) {
    if (error instanceof Interrupted) return { scores: null, told: error.mode };
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

/** What an evaluation keeps of the model that it opened. */
export function describeModel(embedder: Embedder): EvaluatedModel {
  const { format, network, embeddingSize, height, width, sha256, engine } = embedder;
  return { format, network, embeddingSize, height, width, sha256, engine };
}

/** Shares of different models would make a score that means nothing. */
async function agreeOnModel({ collective }: EvaluationDeps, embedder: Embedder): Promise<void> {
  const [others] = await gatherTexts(collective, [`${embedder.sha256} ${embedder.engine}`]);
  if (others!.every((other) => other === others![0])) return;
  const list = others!.map((other, rank) => `rank ${rank}: ${other}`).join('; ');
  const message = `The ranks do not have the same model on the same engine (${list}). Put the same file on every worker, or start them with one engine`;
  throw new ArcFleetError('collective_mismatch', message, { models: others });
}

/** Each rank takes its share of the images that it found itself: of other files, shares would not fit together. */
async function agreeOnTargets({ collective }: EvaluationDeps, targets: readonly OpenTarget[]): Promise<void> {
  const found = await gatherTexts(
    collective,
    targets.map(({ images, digest }) => `${images.count} images, ${digest}`),
  );
  for (const [at, { name }] of targets.entries()) {
    const others = found[at]!;
    const rank = others.findIndex((other) => other !== others[0]);
    if (rank < 0) continue;
    const message = `The ranks do not have the same files of ${name} (rank 0: ${others[0]}; rank ${rank}: ${others[rank]}). Put the same files on every worker`;
    throw new ArcFleetError('collective_mismatch', message, { target: name, rank });
  }
}

/** Whether rank 0 has scored, and the strongest word that any rank was told. */
async function agreeOnScores(
  collective: Collective,
  own: { isScored: boolean; mode: StopMode },
): Promise<{ isScored: boolean; mode: StopMode }> {
  const data = Int32Array.of(Number(own.isScored), STOP_CODES.indexOf(own.mode));
  const all = (await collective.allGather({ dtype: 'int32', shape: [2], data })).map((each) => each.data as Int32Array);
  return { isScored: all[0]![0] === 1, mode: STOP_CODES[Math.max(...all.map(([, code]) => code!))]! };
}

/** For each of this rank's texts, what every rank has in its place. All ranks have as many. */
async function gatherTexts(collective: Collective, texts: readonly string[]): Promise<string[][]> {
  const data = Buffer.from(texts.map((text) => text.padEnd(TEXT_BYTES)).join(''), 'latin1');
  const all = await collective.allGather({ dtype: 'bytes', shape: [data.length], data: Uint8Array.from(data) });
  const read = all.map(({ data: bytes }) => Buffer.from(bytes as Uint8Array).toString('latin1'));
  return texts.map((_, at) => read.map((each) => each.slice(at * TEXT_BYTES, (at + 1) * TEXT_BYTES).trim()));
}
