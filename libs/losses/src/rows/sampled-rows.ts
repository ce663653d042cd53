import type { Engine } from '#engine';
import { tf } from '#engine';
import type { HeadRows, HeadSlot } from '../head.js';
import type { ClassSampler, SelectionInputs } from '../sampling/class-sampler.js';
import type { HostCenters } from '../sampling/host-centers.js';
import type { ClassPlace, ClassRows, ClassRowsOptions, StepChunk, StepRows } from './class-rows.js';
import { readSlot, slotTensor, slotValues, type RowSlot, type SlotTensors } from './head-slots.js';
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
    const { local, numActive, metrics } = await this.sampler.select(batch);
    const { slots, chunkSize, engine } = this.options;
    return new SampledStep(this.host, slots, local, chunkSize, engine, this.classStart, numActive, {
      activeClasses: numActive,
      ...metrics,
    });
  }

  /** The host's own memory, which the next step changes. */
  async *rows(): AsyncGenerator<HeadRows> {
    for (const [start, size] of this.host.ranges()) {
      const own = this.options.slots.map((slot) => [slot.name, this.host.range(slot, start, size)] as const);
      const slots = { ...Object.fromEntries(own), ...this.sampler.rows(start, size) };
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

/** One step's sample on the engine. */
class SampledStep implements StepRows {
  readonly chunks: (StepChunk & { readonly classes: Int32Array; tensors: SlotTensors })[] = [];

  constructor(
    private readonly host: HostSlots,
    private readonly slots: readonly RowSlot[],
    /** Relative to the shard, in rising order. */
    private readonly local: Int32Array,
    private readonly chunkSize: number,
    private readonly engine: Engine,
    private readonly classStart: number,
    readonly numActive: number,
    readonly metrics: Readonly<Record<string, number>>,
  ) {
    for (let start = 0; start < local.length; start += chunkSize) {
      const classes = local.subarray(start, start + chunkSize);
      const size = classes.length;
      const tensors = slots.map((slot) => [slot.name, slotTensor(slot, host.gather(slot, classes), size)] as const);
      this.chunks.push({ size, classes, tensors: Object.fromEntries(tensors) });
    }
  }

  locate(label: number): ClassPlace | null {
    const wanted = label - this.classStart;
    let [low, high] = [0, this.local.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.local[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    if (this.local[low] !== wanted) return null;
    return { chunk: Math.floor(low / this.chunkSize), position: low % this.chunkSize };
  }

  async commit(index: number, tensors: SlotTensors): Promise<void> {
    const chunk = this.chunks[index]!;
    tf.dispose(Object.values(chunk.tensors));
    chunk.tensors = tensors;
    for (const slot of this.slots) {
      this.host.scatter(slot, chunk.classes, await readSlot(this.engine, slot, tensors[slot.name]!, chunk.size));
    }
    tf.dispose(Object.values(tensors));
    chunk.tensors = {};
  }

  close(): void {
    for (const { tensors } of this.chunks) tf.dispose(Object.values(tensors));
  }
}
