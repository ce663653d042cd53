import { ArcFleetError, type EvaluationScores } from '#contracts';
import { decodeImage, openVerificationSet, placeImage, type VerificationSet } from '#datasets';
import { openOwnEmbedder, type Embedder } from '#model-files';
import { areaUnder, rocCurve, thinCurve, verifyPairs } from '#verification';
import { describeModel } from './describe-model.js';
import type { EvaluationDeps, EvaluationResult } from './evaluation-deps.js';

const LEASE_MS = 600_000;
const MODES = ['none', 'stop', 'cancel'] as const;
const NUM_BINS = 64;

/**
 * Scores the model on every target: each rank embeds a contiguous share of the pairs, rank 0 gathers and scores. Between targets the
 * ranks agree on whether to leave.
 * @throws ArcFleetError of the readers and protocols; those of the collective.
 */
export async function runEvaluation(deps: EvaluationDeps): Promise<EvaluationResult> {
  const { job, engine, collective, storageRoot, emit, onPhase = () => undefined } = deps;
  collective.extendLease(LEASE_MS, 'opening');
  const model = await openOwnEmbedder(job.config.model, storageRoot, engine);
  try {
    await collective.barrier();
    if (job.rank === 0) {
      emit({ type: 'evaluation.started', model: describeModel(model), engine: engine.name, engineDetails: engine.description });
    }
    for (const [step, target] of job.config.targets.entries()) {
      onPhase('evaluating', step);
      const own = Float32Array.of(MODES.indexOf(deps.stopMode()));
      const mode = MODES[(await collective.allReduce(own, 'max'))[0] ?? 0];
      if (mode !== 'none') return { outcome: mode === 'cancel' ? 'canceled' : 'stopped', step };
      if (target.protocol !== 'verification') {
        throw new ArcFleetError('validation_failed', `Target ${target.name}: the protocol ${target.protocol} is not known here.`);
      }
      const scores = await scoreSet(deps, model, await openVerificationSet(target.path));
      if (scores) emit({ type: 'evaluation.scored', target: target.name, scores });
    }
    await collective.barrier();
    return { outcome: 'succeeded', step: job.config.targets.length };
  } finally {
    await model.dispose();
  }
}

async function scoreSet(
  { job, collective }: EvaluationDeps,
  model: Embedder,
  set: VerificationSet,
): Promise<EvaluationScores | null> {
  const { rank, worldSize, config } = job;
  const { embeddingSize: dim, height, width } = model;
  const first = 2 * Math.floor((rank * set.numPairs) / worldSize);
  const end = 2 * Math.floor(((rank + 1) * set.numPairs) / worldSize);
  const length = height * width * 3;
  // Plain rows, then mirrored ones.
  const rows = new Float32Array(2 * (end - first) * dim);
  for (const [part, mirror] of [false, true].entries()) {
    for (let start = first; start < end; start += config.batchSize) {
      const stop = Math.min(start + config.batchSize, end);
      const pixels = new Float32Array((stop - start) * length);
      for (let index = start; index < stop; index++) {
        const image = await decodeImage(set.images[index]!, { height, width }, `image ${index} of ${set.path}`);
        placeImage(image, { height, width }, mirror, pixels, (index - start) * length);
      }
      const at = (part * (end - first) + start - first) * dim;
      await model.embed(pixels, rows.subarray(at, at + (stop - start) * dim));
      collective.extendLease(LEASE_MS, 'evaluating');
    }
  }
  const parts = await collective.gather({ dtype: 'float32', shape: [rows.length], data: rows }, 0);
  if (parts === null) return null;
  const halves = parts.map(({ data }) => data as Float32Array);
  const join = (half: 0 | 1): Float32Array => {
    const all = new Float32Array(2 * set.numPairs * dim);
    let at = 0;
    for (const part of halves) {
      const size = part.length / 2;
      all.set(part.subarray(half * size, (half + 1) * size), at);
      at += size;
    }
    return all;
  };
  return withCurves(join(0), join(1), dim, set.isSame);
}

function withCurves(plain: Float32Array, mirrored: Float32Array, dim: number, isSame: Uint8Array): EvaluationScores {
  const scores = verifyPairs(plain, mirrored, dim, isSame);
  const similarities = Float64Array.from(isSame, (_, pair) => similarity(plain, mirrored, dim, pair));
  const curve = rocCurve(similarities, isSame);
  const histogram = {
    edges: Array.from({ length: NUM_BINS + 1 }, (_, edge) => -1 + (2 * edge) / NUM_BINS),
    genuine: new Array<number>(NUM_BINS).fill(0),
    impostor: new Array<number>(NUM_BINS).fill(0),
  };
  for (const [pair, value] of similarities.entries()) {
    const bin = Math.min(NUM_BINS - 1, Math.max(0, Math.floor(((value + 1) / 2) * NUM_BINS)));
    histogram[isSame[pair] ? 'genuine' : 'impostor'][bin]! += 1;
  }
  // JSON has no infinity: accepting nothing is a similarity that no pair has.
  const roc = thinCurve(curve, 200).map(({ far, tar, threshold }) => ({ far, tar, threshold: Math.min(threshold, 2) }));
  return { protocol: 'verification', ...scores, interval: null, areaUnderRoc: areaUnder(curve), roc, histogram };
}

function similarity(plain: Float32Array, mirrored: Float32Array, dim: number, pair: number): number {
  let [dot, a2, b2] = [0, 0, 0];
  for (let i = 0; i < dim; i++) {
    const a = plain[2 * pair * dim + i]! + mirrored[2 * pair * dim + i]!;
    const b = plain[(2 * pair + 1) * dim + i]! + mirrored[(2 * pair + 1) * dim + i]!;
    dot += a * b;
    a2 += a * a;
    b2 += b * b;
  }
  return dot / (Math.sqrt(a2 * b2) || 1);
}
