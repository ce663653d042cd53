import type { Engine } from '#engine';
import { tf } from '#engine';
import type { HeadRows } from '../head.js';
import type { ClassPlace, ClassRows, ClassRowsOptions, StepRows } from './class-rows.js';
import { initialValues, readSlot, slotTensor, slotValues, type RowSlot, type SlotTensors } from './head-slots.js';

interface DenseChunk {
  /** First class, relative to the shard. */
  readonly start: number;
  readonly size: number;
  tensors: SlotTensors;
}

/**
 * All of a rank's rows on the engine, all of them in every step: one tensor per slot and chunk of classes, so that an update
 * needs room for one chunk and not for another copy of W.
 */
export class DenseRows implements ClassRows, StepRows {
  readonly slots: readonly RowSlot[];
  readonly classStart: number;
  readonly numLocalClasses: number;
  readonly numActive: number;
  readonly chunks: DenseChunk[] = [];
  private readonly chunkSize: number;
  private readonly engine: Engine;

  constructor({ slots, classStart, numLocalClasses, numClasses, chunkSize, engine }: ClassRowsOptions) {
    this.engine = engine;
    this.slots = slots;
    this.classStart = classStart;
    this.numLocalClasses = numLocalClasses;
    this.numActive = numClasses;
    this.chunkSize = chunkSize;
    for (let start = 0; start < numLocalClasses; start += chunkSize) {
      const size = Math.min(chunkSize, numLocalClasses - start);
      const tensors = this.tensorsOf(size, (slot) => initialValues(slot, classStart + start, size));
      this.chunks.push({ start, size, tensors });
    }
  }

  open(): StepRows {
    return this;
  }

  locate(label: number): ClassPlace | null {
    const local = label - this.classStart;
    if (local < 0 || local >= this.numLocalClasses) return null;
    return { chunk: Math.floor(local / this.chunkSize), position: local % this.chunkSize };
  }

  commit(index: number, tensors: SlotTensors): void {
    const chunk = this.chunks[index]!;
    tf.dispose(Object.values(chunk.tensors));
    chunk.tensors = tensors;
  }

  close(): void {
    // Nothing is there for one step only.
  }

  /** One chunk is in memory at a time. */
  async *rows(only?: string): AsyncGenerator<HeadRows> {
    const wanted = this.slots.filter(({ name }) => only === undefined || name === only);
    for (const { start, size, tensors } of this.chunks) {
      const slots: Record<string, Float32Array> = {};
      for (const slot of wanted) slots[slot.name] = await readSlot(this.engine, slot, tensors[slot.name]!, size);
      yield { classStart: this.classStart + start, numRows: size, slots };
    }
  }

  async load(read: (classStart: number, numRows: number) => Promise<Readonly<Record<string, Float32Array>>>): Promise<void> {
    for (const [index, { start, size }] of this.chunks.entries()) {
      const classStart = this.classStart + start;
      const given = await read(classStart, size);
      const checked = new Map(this.slots.map((slot) => [slot, slotValues(slot, given, classStart, size)]));
      // Copies: a backend may keep the array it is given.
      this.commit(
        index,
        this.tensorsOf(size, (slot) => checked.get(slot)!.slice()),
      );
    }
  }

  dispose(): void {
    for (const { tensors } of this.chunks) tf.dispose(Object.values(tensors));
    this.chunks.length = 0;
  }

  private tensorsOf(numClasses: number, values: (slot: RowSlot) => Float32Array): SlotTensors {
    return Object.fromEntries(this.slots.map((slot) => [slot.name, slotTensor(slot, values(slot), numClasses)]));
  }
}
