import { ArcFleetError, RANDOM_STREAMS, shuffledIndices, uniformAt } from '#contracts';

export interface BagPlannerOptions {
  readonly seed: number;
  /** Class of each sample. */
  readonly labels: Int32Array;
  readonly numClasses: number;
  /** At most that many images of an identity are in a pass. */
  readonly imagesPerIdentity: number;
  readonly bagSize: number;
}

/** Samples among which triplets are mined; those of one identity stand together. */
export interface Bag {
  readonly samples: Uint32Array;
  readonly labels: Int32Array;
}

/**
 * Cuts the data set into bags (insightface.md 2.5). A pass goes over the identities in a random order and takes some random
 * images of each; bags are consecutive pieces of that, and what is left of a pass makes no bag. Bag n depends on (seed, n)
 * only: the same on every rank, at any number of them and after any restart.
 */
export class BagPlanner {
  readonly bagSize: number;
  readonly bagsPerPass: number;
  /** Samples by class: those of class c are `samples[starts[c]..starts[c + 1]]`. */
  private readonly starts: Uint32Array;
  private readonly samples: Uint32Array;
  private pass = -1;
  private order: Uint32Array = new Uint32Array(0);
  /** Per bag of the pass: the place in `order` of its first identity, and how many of that one's images came before. */
  private beginnings: { place: number; skipped: number }[] = [];

  /** @throws ArcFleetError `dataset_invalid` when no anchor can have a positive and a negative. */
  constructor(private readonly options: BagPlannerOptions) {
    const { labels, numClasses, bagSize } = options;
    this.starts = new Uint32Array(numClasses + 1);
    for (const label of labels) this.starts[label + 1]!++;
    for (let label = 0; label < numClasses; label++) this.starts[label + 1]! += this.starts[label]!;
    this.samples = new Uint32Array(labels.length);
    const next = this.starts.slice();
    for (const [sample, label] of labels.entries()) this.samples[next[label]!++] = sample;

    let total = 0;
    let numIdentities = 0;
    let numPairs = 0;
    for (let label = 0; label < numClasses; label++) {
      const count = this.countOf(label);
      total += count;
      if (count > 0) numIdentities++;
      if (count > 1) numPairs++;
    }
    if (numPairs === 0 || numIdentities < 2) {
      throw new ArcFleetError(
        'dataset_invalid',
        `No triplets can be made of ${labels.length} images: ${numPairs} identities have more than one, and ${numIdentities} have any`,
        { numImages: labels.length, numIdentities, numPairs },
      );
    }
    this.bagSize = Math.min(bagSize, total);
    this.bagsPerPass = Math.floor(total / this.bagSize);
  }

  bagAt(bag: number): Bag {
    this.openPass(Math.floor(bag / this.bagsPerPass));
    const { bagSize, order } = this;
    const samples = new Uint32Array(bagSize);
    const labels = new Int32Array(bagSize);
    let { place, skipped } = this.beginnings[bag % this.bagsPerPass]!;
    for (let filled = 0; filled < bagSize; place++, skipped = 0) {
      const label = order[place]!;
      for (const sample of this.drawImages(label).slice(skipped, skipped + bagSize - filled)) {
        samples[filled] = sample;
        labels[filled++] = label;
      }
    }
    return { samples, labels };
  }

  private countOf(label: number): number {
    return Math.min(this.options.imagesPerIdentity, this.starts[label + 1]! - this.starts[label]!);
  }

  private openPass(pass: number): void {
    if (pass === this.pass) return;
    const { seed, numClasses } = this.options;
    this.order = shuffledIndices(seed, RANDOM_STREAMS.tripletIdentities, pass, numClasses);
    this.beginnings = [];
    let before = 0;
    for (let place = 0; this.beginnings.length < this.bagsPerPass; place++) {
      const count = this.countOf(this.order[place]!);
      for (let start = this.beginnings.length * this.bagSize; start < before + count; start += this.bagSize) {
        if (this.beginnings.length < this.bagsPerPass) this.beginnings.push({ place, skipped: start - before });
      }
      before += count;
    }
    this.pass = pass;
  }

  /** Random images of an identity in a random order: the first steps of a Fisher-Yates shuffle of all it has. */
  private drawImages(label: number): number[] {
    const { seed, numClasses } = this.options;
    const start = this.starts[label]!;
    const available = this.starts[label + 1]! - start;
    const moved = new Map<number, number>();
    return Array.from({ length: this.countOf(label) }, (_, draw) => {
      const uniform = uniformAt(seed, RANDOM_STREAMS.tripletImages, this.pass * numClasses + label, draw);
      const at = draw + Math.floor(uniform * (available - draw));
      const taken = moved.get(at) ?? at;
      moved.set(at, moved.get(draw) ?? draw);
      return this.samples[start + taken]!;
    });
  }
}
