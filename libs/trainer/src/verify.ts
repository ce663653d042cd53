import type { Collective } from '#collective';
import { ArcFleetError, type Accuracies, type TrainingJob, type RecordBody, type VerificationScores } from '#contracts';
import {
  decodeImage,
  listVerificationTargets,
  openVerificationSet,
  verificationPath,
  type ImageDecoder,
  type ImageSize,
  type RemoteAccess,
  type VerificationSet,
} from '#datasets';
import { tf, type Engine } from '#engine';
import { pixelDistance, pixelScores, verifyPairs, type PixelDistance } from '#verification';
import type { Backbone } from './backbone.js';
import { embedAhead } from './embed-ahead.js';
import { statisticsTensors } from '#model-files';

/** Images that are embedded at once; each twice, as it is and mirrored. */
const BATCH_SIZE = 32;
/** A rank may stay silent that long while it embeds its share. */
const LEASE_MS = 600_000;

export interface VerifierOptions {
  readonly job: TrainingJob;
  readonly collective: Collective;
  readonly engine: Engine;
  readonly backbone: Backbone;
  readonly size: ImageSize;
  /** How `s3://` paths are reached. */
  readonly access?: RemoteAccess | undefined;
  readonly decoder: ImageDecoder;
  readonly emit: (body: RecordBody) => void;
}

/**
 * Verification by all ranks together: each embeds a contiguous share of the pairs (original and mirrored), rank 0 gathers and
 * scores. Sets are opened once and stay open.
 */
export class Verifier {
  private sets: VerificationSet[] | null = null;

  constructor(private readonly options: VerifierOptions) {}

  /**
   * Reads all sets. Called before training: a damaged one must not be found after days.
   *
   * @throws ArcFleetError `dataset_not_found`, `dataset_invalid` or `pickle_refused`, naming the file.
   */
  async open(): Promise<void> {
    await this.openSets();
  }

  /**
   * Scores the network as it is after `step` updates (its moving average where there is one) on every target; rank 0 emits the
   * records. All ranks learn the accuracies, so that they draw the same conclusions.
   */
  async verifyModel(step: number): Promise<Accuracies> {
    const { backbone, collective, engine } = this.options;
    const sets = await this.openSets();
    if (sets.length === 0) return [];
    const accuracies = new Float64Array(sets.length);
    collective.extendLease(LEASE_MS, 'verification');
    const merged = await backbone.evaluated().statistics.merge(collective, engine);
    const statistics = statisticsTensors(backbone.network, merged);
    try {
      for (const [index, set] of sets.entries()) {
        const { first, end } = this.share(set);
        const { embeddingSize } = backbone.network;
        const rows = new Float32Array(2 * (end - first) * 2 * embeddingSize);
        await this.embed(set, 2 * first, 2 * end, statistics, rows);
        collective.extendLease(LEASE_MS, 'verification');
        const gathered = await collective.gather(
          { dtype: 'float32', shape: [2 * (end - first), 2 * embeddingSize], data: rows },
          0,
        );
        if (gathered) {
          const { plain, flipped } = splitRows(
            gathered.map(({ data }) => data as Float32Array),
            2 * set.numPairs,
            embeddingSize,
          );
          const scores = this.score(step, set, () => verifyPairs(plain, flipped, embeddingSize, set.isSame));
          accuracies[index] = scores.accuracy;
          this.emit(step, 'model', set, scores);
        }
      }
      const data = await this.broadcastFromRank0(new Uint8Array(accuracies.buffer));
      const agreed = new Float64Array(data.slice().buffer);
      return sets.map(({ name }, index) => ({ target: name, accuracy: agreed[index]! }));
    } finally {
      tf.dispose(Object.values(statistics).flatMap(({ mean, variance }) => [mean, variance]));
    }
  }

  /** The raw-pixel baseline, which needs no network: cosine of mean-free pixels. */
  async verifyPixels(step: number): Promise<void> {
    const { collective, size } = this.options;
    for (const set of await this.openSets()) {
      const { first, end } = this.share(set);
      collective.extendLease(LEASE_MS, 'verification');
      // Per pair: squared distance, norms of both images.
      const values = new Float64Array(3 * (end - first));
      for (let pair = first; pair < end; pair++) {
        const [a, b] = await Promise.all(
          [2 * pair, 2 * pair + 1].map(async (index) => decodeImage(await set.image(index), size, set.describe(index))),
        );
        const { squaredDistance, norms } = pixelDistance(a!, b!);
        values.set([squaredDistance, ...norms], 3 * (pair - first));
      }
      const data = new Uint8Array(values.buffer);
      const gathered = await collective.gather({ dtype: 'bytes', shape: [data.byteLength], data }, 0);
      if (!gathered) continue;
      const all = gathered.flatMap((payload) => [...new Float64Array(Uint8Array.from(payload.data).buffer)]);
      const pairs = Array.from({ length: set.numPairs }, (_, pair): PixelDistance => {
        const [squaredDistance, ...norms] = all.slice(3 * pair, 3 * pair + 3) as [number, number, number];
        return { squaredDistance, norms };
      });
      this.emit(step, 'pixels', set, pixelScores(pairs, set.isSame));
    }
  }

  private async openSets(): Promise<VerificationSet[]> {
    if (this.sets) return this.sets;
    const { access } = this.options;
    const { dataset, verification } = this.options.job.config;
    const targets = verification.targets ?? (await listVerificationTargets(dataset.path, access));
    const { earlyStop } = this.options.job.config;
    if (earlyStop && !targets.includes(earlyStop.target)) {
      const found = targets.length > 0 ? `it has ${targets.join(', ')}` : 'it has none';
      throw new ArcFleetError(
        'config_invalid',
        `earlyStop.target '${earlyStop.target}' is not among the verification sets of ${dataset.path}: ${found}`,
        { target: earlyStop.target, targets },
      );
    }
    this.sets = await Promise.all(targets.map((target) => openVerificationSet(verificationPath(dataset.path, target), access)));
    return this.sets;
  }

  private async broadcastFromRank0(bytes: Uint8Array): Promise<Uint8Array> {
    const { collective, job } = this.options;
    const own = job.rank === 0 ? { dtype: 'bytes' as const, shape: [bytes.byteLength], data: bytes } : null;
    return (await collective.broadcast(own, 0)).data as Uint8Array;
  }

  private share({ numPairs }: VerificationSet): { first: number; end: number } {
    const { rank, worldSize } = this.options.job;
    return { first: Math.floor((rank * numPairs) / worldSize), end: Math.floor(((rank + 1) * numPairs) / worldSize) };
  }

  /** Embeds images `first`..`end`; row i of `rows` is the plain embedding followed by the mirrored one. */
  private async embed(
    set: VerificationSet,
    first: number,
    end: number,
    statistics: ReturnType<typeof statisticsTensors>,
    rows: Float32Array,
  ): Promise<void> {
    const { backbone, engine, size, decoder } = this.options;
    const { parameters } = backbone.evaluated();
    const imageLength = size.height * size.width * 3;
    const [count, batchSize] = [end - first, BATCH_SIZE];
    // One is decoded while the other one is embedded.
    const buffers = [0, 1].map(() => decoder.allocate(2 * Math.min(batchSize, count) * imageLength));
    const load = async (start: number, stop: number): Promise<Float32Array> => {
      const indices = Array.from({ length: stop - start }, (_, offset) => first + start + offset);
      const images = await Promise.all(indices.map((index) => set.image(index)));
      const pixels = buffers[(start / batchSize) % 2]!.subarray(0, 2 * images.length * imageLength);
      await decoder.decodeImages(images, (at) => set.describe(indices[at]!), pixels, true);
      return pixels;
    };
    const { network } = backbone;
    await embedAhead({ network, parameters, statistics, engine, size, count, batchSize, load }, rows);
  }

  /** A network that overflows says where, and why it may: early in training, batch norms do not know their statistics yet. */
  private score(step: number, set: VerificationSet, score: () => VerificationScores): VerificationScores {
    try {
      return score();
    } catch (error) {
      if (!(error instanceof ArcFleetError) || error.code !== 'non_finite') throw error;
      const message = `Step ${step}, verification set ${set.name}: ${error.message}. The embeddings overflow: after a few steps the running statistics of batch norms are still far from the data's; verify later or train longer.`;
      throw new ArcFleetError('non_finite', message, { ...error.details, step, target: set.name }, { cause: error });
    }
  }

  private emit(step: number, subject: 'model' | 'pixels', set: VerificationSet, scores: VerificationScores): void {
    this.options.emit({ type: 'verification', step, subject, target: set.name, scores });
  }
}

function splitRows(parts: readonly Float32Array[], numImages: number, embeddingSize: number) {
  const plain = new Float32Array(numImages * embeddingSize);
  const flipped = new Float32Array(numImages * embeddingSize);
  let row = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2 * embeddingSize, row++) {
      plain.set(part.subarray(at, at + embeddingSize), row * embeddingSize);
      flipped.set(part.subarray(at + embeddingSize, at + 2 * embeddingSize), row * embeddingSize);
    }
  }
  return { plain, flipped };
}
