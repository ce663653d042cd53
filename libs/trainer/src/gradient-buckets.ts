import type { Collective, WireType } from '#collective';
import { ArcFleetError } from '#contracts';
import type { Engine } from '#engine';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Gradients travel in pieces of about this size: big enough to be cheap per byte, small enough to leave while backward goes on. */
const BUCKET_BYTES = 1 << 20;

interface Slot {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

export interface BucketOptions {
  readonly bucketBytes?: number | undefined;
  /** Format on the wire. */
  readonly wire?: WireType;
}

/**
 * Sums the backbone's gradients over ranks while the backward pass still runs. Gradients are handed in as they become complete
 * (the same order on every rank, since all run the same network); a full bucket leaves at once.
 */
export class GradientBuckets {
  private readonly reduced: { slots: Slot[]; sum: Promise<Float32Array> }[] = [];
  private slots: Slot[] = [];
  private parts: Float32Array[] = [];
  private length = 0;
  private isOwnFinite = true;
  /** Set once an engine answers a read with a promise; then later buckets must queue behind it to keep the order. */
  private reads: Promise<void> | null = null;
  private pendingReads: Promise<void>[] = [];
  private readonly bucketBytes: number;
  private readonly wire: WireType;

  constructor(
    private readonly collective: Collective,
    private readonly engine: Engine,
    { bucketBytes = BUCKET_BYTES, wire = 'float32' }: BucketOptions = {},
  ) {
    this.bucketBytes = bucketBytes;
    this.wire = wire;
  }

  /** Reads the gradient back and disposes of it. */
  add(name: string, gradient: Tensor): void {
    const part = new Float32Array(gradient.size);
    const read = this.engine.readInto(gradient, part);
    if (read) this.pendingReads.push(read.finally(() => gradient.dispose()));
    else gradient.dispose();
    this.slots.push({ name, offset: this.length, length: part.length });
    this.parts.push(part);
    this.length += part.length;
    if (this.length * 4 >= this.bucketBytes) this.launch();
  }

  /**
   * Sends the rest and waits for all sums, row-major, by parameter name.
   *
   * @throws ArcFleetError `non_finite` on all ranks when an element is not finite; `step` is for the message.
   */
  async finish(step: number): Promise<ReadonlyMap<string, Float32Array>> {
    this.launch();
    const gradients = new Map<string, Float32Array>();
    let squares = 0;
    for (const { slots, sum } of this.reduced) {
      const values = await sum;
      squares += sumOfSquares(values);
      for (const { name, offset, length } of slots) gradients.set(name, values.subarray(offset, offset + length));
    }
    if (!Number.isFinite(squares)) await this.failNonFinite(step);
    return gradients;
  }

  /** Every rank sees the same sum, so all come here together and can agree on who started it. */
  private async failNonFinite(step: number): Promise<never> {
    const data = Int32Array.of(this.isOwnFinite ? 0 : 1);
    const flags = await this.collective.allGather({ dtype: 'int32', shape: [1], data });
    const ranks = flags.flatMap((flag, rank) => (flag.data[0] === 1 ? [rank] : []));
    const where = ranks.length > 0 ? `of rank ${ranks.join(', ')}` : 'summed over all ranks';
    throw new ArcFleetError(
      'non_finite',
      `Step ${step}: the backbone's gradient ${where} is not finite; try a lower learning rate`,
      { step, rank: ranks[0] ?? null, ranks },
    );
  }

  private launch(): void {
    if (this.slots.length === 0) return;
    const { slots, parts, length, pendingReads } = this;
    this.slots = [];
    this.parts = [];
    this.length = 0;
    this.pendingReads = [];
    const send = () => {
      const values = new Float32Array(length);
      for (const [index, part] of parts.entries()) values.set(part, slots[index]!.offset);
      if (!Number.isFinite(sumOfSquares(values))) this.isOwnFinite = false;
      return this.collective.allReduce(values, 'sum', { wire: this.wire });
    };
    let sum: Promise<Float32Array>;
    if (this.reads || pendingReads.length > 0) {
      const ready = Promise.all([this.reads, ...pendingReads]).then(() => undefined);
      // Chained through the launch itself, so that collectives start in the same order everywhere.
      sum = ready.then(send);
      this.reads = ready;
    } else {
      sum = send();
    }
    // A failure is seen by finish(); until then it must not count as unhandled.
    sum.catch(() => undefined);
    this.reduced.push({ slots, sum });
  }
}

/** In float64; the overflow of a huge but finite gradient cannot happen. */
function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! * values[index]!;
  return sum;
}
