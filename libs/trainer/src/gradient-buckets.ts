import type { Collective, WireType } from '#collective';
import { ArcFleetError } from '#contracts';
import type { Engine } from '#engine';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Buckets are a sixteenth of all gradients, between these: cheap per byte, and small enough to leave while backward goes on. */
const MIN_BUCKET_BYTES = 1 << 20;
const MAX_BUCKET_BYTES = 8 << 20;

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

export interface SummedGradients {
  /** Row-major, by name of the parameter; parts of the memory that the next step uses again. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** L2 norm over all of them together, as `globalNorm` has it: the same bits on every rank. */
  readonly norm: number;
}

/** Memory for the gradients of `length` parameters, which the communication thread can read and write in place. Reused by every step. */
export function gradientMemory(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

/**
 * Sums the backbone's gradients over ranks while the backward pass still runs. Gradients are handed in as they become complete
 * (the same order on every rank, since all run the same network) and lie one behind the other in `memory`; a full bucket leaves at
 * once, and its sum comes back to where it was.
 */
export class GradientBuckets {
  private readonly sums: Promise<unknown>[] = [];
  private readonly slots: Slot[] = [];
  /** Filled up to here; buckets left up to there. */
  private length = 0;
  private sentLength = 0;
  private isOwnFinite = true;
  /** Set once an engine answers a read with a promise; then buckets queue behind the reads to keep the order. */
  private reads: Promise<void> | null = null;
  private readonly bucketLength: number;
  private readonly wire: WireType;

  constructor(
    private readonly collective: Collective,
    private readonly engine: Engine,
    private readonly memory: Float32Array,
    { bucketBytes, wire = 'float32' }: BucketOptions = {},
  ) {
    const bytes = bucketBytes ?? Math.min(Math.max(memory.byteLength / 16, MIN_BUCKET_BYTES), MAX_BUCKET_BYTES);
    this.bucketLength = Math.max(1, Math.floor(bytes / 4));
    this.wire = wire;
  }

  /** Reads the gradient back and disposes of it. */
  add(name: string, gradient: Tensor): void {
    const slot = { name, offset: this.length, length: gradient.size };
    this.length += slot.length;
    this.slots.push(slot);
    const read = this.engine.readInto(gradient, this.memory.subarray(slot.offset, this.length));
    if (read) {
      const done = read.finally(() => gradient.dispose());
      this.reads = Promise.all([this.reads, done]).then(() => undefined);
      // A failure is seen by the bucket; until then it must not count as unhandled.
      this.reads.catch(() => undefined);
    } else {
      gradient.dispose();
    }
    if (this.length - this.sentLength >= this.bucketLength) this.launch();
  }

  /**
   * Sends the rest and waits for all sums; one pass over them finds their norm and whether they are finite.
   *
   * @throws ArcFleetError `non_finite` on all ranks when an element is not finite; `step` is for the message.
   */
  async finish(step: number): Promise<SummedGradients> {
    this.launch();
    await Promise.all(this.sums);
    const gradients = new Map<string, Float32Array>();
    for (const { name, offset, length } of this.slots) gradients.set(name, this.memory.subarray(offset, offset + length));
    const squares = sumOfSquares(this.memory.subarray(0, this.length));
    if (!Number.isFinite(squares)) await this.failNonFinite(step);
    return { gradients, norm: Math.sqrt(squares) };
  }

  /** Every rank sees the same sum, so all come here together and can agree on who started it. */
  private async failNonFinite(step: number): Promise<never> {
    const isOwnFinite = this.isOwnFinite && this.collective.worldSize > 1;
    const data = Int32Array.of(isOwnFinite ? 0 : 1);
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
    if (this.length === this.sentLength) return;
    const bucket = this.memory.subarray(this.sentLength, this.length);
    this.sentLength = this.length;
    const send = () => {
      // Alone the sum itself says it.
      const isShared = this.collective.worldSize > 1;
      if (isShared && !Number.isFinite(sumOfSquares(bucket))) this.isOwnFinite = false;
      return this.collective.allReduce(bucket, 'sum', { wire: this.wire, into: bucket });
    };
    // Chained through the reads, which are in order themselves, so that collectives start in the same order everywhere.
    const sum = this.reads ? this.reads.then(send) : send();
    sum.catch(() => undefined);
    this.sums.push(sum);
  }
}

/** In float64; the overflow of a huge but finite gradient cannot happen. */
function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! * values[index]!;
  return sum;
}
