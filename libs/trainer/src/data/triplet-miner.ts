import type { Collective } from '#collective';
import { ArcFleetError, RANDOM_STREAMS, shuffledIndices, type TrainingJob, type TripletLossConfig } from '#contracts';
import type { ImageDecoder, TrainingSet } from '#datasets';
import type { Engine } from '#engine';
import { anchorPositivePairs, anchorsPerTile, anchorTiles, mineNegatives, NORM_EPSILON } from '#losses';
import type { Backbone } from '../backbone.js';
import { BagPlanner } from './bag-planner.js';
import { EMBED_BATCH_SIZE, embedSamples } from './embed-samples.js';

/** A rank may stay silent that long between two of its batches. */
const LEASE_MS = 300_000;

export interface TripletMinerOptions {
  readonly job: TrainingJob;
  readonly loss: TripletLossConfig;
  readonly set: TrainingSet;
  readonly decoder: ImageDecoder;
  readonly collective: Collective;
  readonly engine: Engine;
  readonly backbone: Backbone;
}

/**
 * Chooses triplets among the images of a bag by the network as it is. All ranks do it together: each embeds a share of the
 * bag, and each mines a share of the anchors. Batches and tiles are cut by the bag, not by the ranks, and every rank gets all
 * results, so all hold the same bits, at any number of ranks with the same weights.
 */
export class TripletMiner {
  private readonly planner: BagPlanner;

  /** @throws ArcFleetError `dataset_invalid` when no triplets can be made of the data set. */
  constructor(private readonly options: TripletMinerOptions) {
    const { job, loss, set } = options;
    const { imagesPerIdentity, bagSize } = loss;
    const { labels, numClasses } = set;
    this.planner = new BagPlanner({ seed: job.config.seed, labels, numClasses, imagesPerIdentity, bagSize });
  }

  /**
   * Triplets of bag `bag` in a random order: anchor, positive, negative of each, as samples of the data set. All ranks call it
   * together; `statistics` are the merged running statistics.
   *
   * @throws ArcFleetError `non_finite` on all ranks when an embedding is not finite; `dataset_corrupt` naming the record.
   */
  async mine(bag: number, statistics: Float32Array): Promise<Uint32Array> {
    const { job, loss, collective, engine, backbone } = this.options;
    const { seed } = job.config;
    const { embeddingSize } = backbone.network;
    const { samples, labels } = this.planner.bagAt(bag);
    const unit = await this.embed(samples, statistics);
    normalizeRows(unit, embeddingSize, bag);

    const pairs = anchorPositivePairs(labels);
    const tiles = anchorTiles(pairs, anchorsPerTile(samples.length));
    collective.extendLease(LEASE_MS, 'mining');
    const own = await mineNegatives({
      unit,
      labels,
      embeddingSize,
      pairs,
      tiles: tiles.slice(...this.share(tiles.length)),
      margin: loss.margin,
      maxAnchorPositiveDistance: loss.maxAnchorPositiveDistance,
      seed,
      bag,
      engine,
    });
    const gathered = await collective.allGather({ dtype: 'int32', shape: [own.length], data: own });
    const negatives = new Int32Array(pairs.anchors.length);
    let filled = 0;
    for (const { data } of gathered) {
      negatives.set(data as Int32Array, filled);
      filled += data.length;
    }

    const found: number[] = [];
    for (const [pair, negative] of negatives.entries()) if (negative >= 0) found.push(pair);
    const triplets = new Uint32Array(3 * found.length);
    for (const [place, index] of shuffledIndices(seed, RANDOM_STREAMS.tripletOrder, bag, found.length).entries()) {
      const pair = found[index]!;
      triplets[3 * place] = samples[pairs.anchors[pair]!]!;
      triplets[3 * place + 1] = samples[pairs.positives[pair]!]!;
      triplets[3 * place + 2] = samples[negatives[pair]!]!;
    }
    return triplets;
  }

  /** The whole bag's embeddings, N x D. */
  private async embed(samples: Uint32Array, statistics: Float32Array): Promise<Float32Array> {
    const { set, decoder, collective, engine, backbone } = this.options;
    const { embeddingSize } = backbone.network;
    const [first, end] = this.share(Math.ceil(samples.length / EMBED_BATCH_SIZE));
    const own = await embedSamples({
      set,
      decoder,
      samples: samples.subarray(first * EMBED_BATCH_SIZE, end * EMBED_BATCH_SIZE),
      backbone,
      statistics,
      engine,
      onBatch: () => collective.extendLease(LEASE_MS, 'mining'),
    });
    const shape = [own.length / embeddingSize, embeddingSize];
    const gathered = await collective.allGather({ dtype: 'float32', shape, data: own });
    const rows = new Float32Array(samples.length * embeddingSize);
    let filled = 0;
    for (const { data } of gathered) {
      rows.set(data, filled);
      filled += data.length;
    }
    return rows;
  }

  /** This rank's share of `count` consecutive things. */
  private share(count: number): [first: number, end: number] {
    const { rank, worldSize } = this.options.job;
    return [Math.floor((rank * count) / worldSize), Math.floor(((rank + 1) * count) / worldSize)];
  }
}

/** Rows to unit length, in place. */
function normalizeRows(rows: Float32Array, width: number, bag: number): void {
  for (let start = 0; start < rows.length; start += width) {
    let sum = NORM_EPSILON;
    for (let at = start; at < start + width; at++) sum += rows[at]! * rows[at]!;
    if (!Number.isFinite(sum)) {
      throw new ArcFleetError('non_finite', `Bag ${bag}: an embedding is not finite; try a lower learning rate`, {
        bag,
        row: start / width,
      });
    }
    const inverse = 1 / Math.sqrt(sum);
    for (let at = start; at < start + width; at++) rows[at]! *= inverse;
  }
}
