import type { Engine } from '#engine';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { HeadRows, HeadSlot } from '../head.js';
import type { ClassSampler, ClassSelection, SelectionInputs } from '../sampling/class-sampler.js';
import type { HostCenters } from '../sampling/host-centers.js';
import { BufferPool } from './buffer-pool.js';
import type { ClassPlace, ClassRows, ClassRowsOptions, StepChunk, StepRows } from './class-rows.js';
import { isTrained, readSlot, slotTensor, slotValues, type RowSlot, type SlotTensors } from './head-slots.js';
import { HostSlots } from './host-slots.js';

/**
 * A rank's rows in the host's memory, of which only a step's sample goes to the engine and comes back updated. Engine memory and
 * the step's time follow the sample; all other rows stay as they are to the bit: no momentum and no weight decay moves them, as
 * in Partial FC of MXNet.
 */
export class SampledRows implements ClassRows {
  readonly slots: readonly HeadSlot[];
  readonly classStart: number;
  readonly numLocalClasses: number;
  private readonly host: HostSlots;
  private readonly pool = new BufferPool();
  private readonly sampler: ClassSampler;

  /** `createSampler` is given the rows of W, which it may only read. */
  constructor(
    private readonly options: ClassRowsOptions,
    createSampler: (centers: HostCenters) => ClassSampler,
  ) {
    const { slots, classStart, numLocalClasses } = options;
    this.classStart = classStart;
    this.numLocalClasses = numLocalClasses;
    this.host = new HostSlots(slots, classStart, numLocalClasses);
    const centers = slots.find(({ name }) => name === 'centers')!;
    this.sampler = createSampler({
      embeddingSize: centers.width / centers.rowsPerClass,
      rowsOf: (local) => this.host.row(centers, local),
      range: (start, size) => this.host.range(centers, start, size),
    });
    this.slots = [...slots, ...this.sampler.slots];
  }

  async open(batch: SelectionInputs): Promise<StepRows> {
    return new SampledStep(await this.sampler.select(batch), { ...this.options, host: this.host, pool: this.pool });
  }

  /** The host's own memory, which the next step changes. */
  async *rows(only?: string): AsyncGenerator<HeadRows> {
    const isWanted = ({ name }: { name: string }) => only === undefined || name === only;
    const wanted = this.options.slots.filter(isWanted);
    const isSamplerWanted = this.sampler.slots.some(isWanted);
    for (const [start, size] of this.host.ranges()) {
      const own = wanted.map((slot) => [slot.name, this.host.range(slot, start, size)] as const);
      const ofSampler = isSamplerWanted ? Object.entries(this.sampler.rows(start, size)) : [];
      const slots = Object.fromEntries([...own, ...ofSampler.filter(([name]) => isWanted({ name }))]);
      yield { classStart: this.classStart + start, numRows: size, slots };
    }
  }

  async load(read: (classStart: number, numRows: number) => Promise<Readonly<Record<string, Float32Array>>>): Promise<void> {
    // A rank without classes takes part too when the sampler's state is put together.
    this.sampler.load(0, 0, {});
    for (const [start, size] of this.host.ranges()) {
      const given = await read(this.classStart + start, size);
      const checked = this.options.slots.map((slot) => [slot, slotValues(slot, given, this.classStart + start, size)] as const);
      this.sampler.load(start, size, given);
      for (const [slot, values] of checked) this.host.range(slot, start, size).set(values);
    }
  }

  dispose(): void {
    this.sampler.dispose();
    this.host.dispose();
  }
}

interface SampledChunk extends StepChunk {
  readonly classes: Int32Array;
  /** What this step made for the chunk, each tensor with the array that it came from. */
  readonly made: { readonly tensor: Tensor2D; readonly values: Float32Array }[];
}

interface SampledStepOptions {
  readonly host: HostSlots;
  readonly pool: BufferPool;
  readonly slots: readonly RowSlot[];
  readonly classStart: number;
  readonly chunkSize: number;
  readonly engine: Engine;
}

/** One step's sample on the engine: what is trained from the beginning, the optimizer's state one chunk at a time. */
class SampledStep implements StepRows {
  readonly numActive: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly chunks: readonly SampledChunk[];
  private readonly local: Int32Array;

  constructor(
    { local, numActive, metrics }: ClassSelection,
    private readonly options: SampledStepOptions,
  ) {
    this.local = local;
    this.numActive = numActive;
    this.metrics = { activeClasses: numActive, ...metrics };
    const { chunkSize } = options;
    this.chunks = Array.from({ length: Math.ceil(local.length / chunkSize) }, (_, index) =>
      this.chunkOf(local.subarray(index * chunkSize, (index + 1) * chunkSize)),
    );
  }

  locate(label: number): ClassPlace | null {
    const wanted = label - this.options.classStart;
    let [low, high] = [0, this.local.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.local[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    if (this.local[low] !== wanted) return null;
    const { chunkSize } = this.options;
    return { chunk: Math.floor(low / chunkSize), position: low % chunkSize };
  }

  async commit(index: number, tensors: SlotTensors): Promise<void> {
    const { host, pool, slots, engine } = this.options;
    const chunk = this.chunks[index]!;
    this.release(chunk);
    for (const slot of slots) {
      const buffer = pool.take(chunk.size * slot.width);
      host.scatter(slot, chunk.classes, await readSlot(engine, slot, tensors[slot.name]!, chunk.size, buffer));
      pool.give(buffer);
    }
    tf.dispose(Object.values(tensors));
  }

  close(): void {
    for (const chunk of this.chunks) this.release(chunk);
  }

  private chunkOf(classes: Int32Array): SampledChunk {
    const { host, pool, slots } = this.options;
    const made: SampledChunk['made'] = [];
    const make = (slot: RowSlot): Tensor2D => {
      const values = pool.take(classes.length * slot.width);
      host.gather(slot, classes, values);
      const tensor = slotTensor(slot, values, classes.length);
      made.push({ tensor, values });
      return tensor;
    };
    const tensors: Record<string, Tensor2D> = {};
    for (const slot of slots) {
      let tensor = isTrained(slot) ? make(slot) : null;
      Object.defineProperty(tensors, slot.name, { enumerable: true, get: () => (tensor ??= make(slot)) });
    }
    return { size: classes.length, classes, tensors, made };
  }

  private release({ made }: SampledChunk): void {
    for (const { tensor, values } of made.splice(0)) {
      tensor.dispose();
      this.options.pool.give(values);
    }
  }
}
