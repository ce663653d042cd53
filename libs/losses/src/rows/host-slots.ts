import type { RowSlot } from './head-slots.js';

/** Classes of one array: many small arrays have no limit of size, and a large block of zeros costs nothing before it is written. */
const BLOCK_CLASSES = 8192;

/** All slots of a rank's classes in the host's memory, in class order, from which single classes are taken and put back. */
export class HostSlots {
  private readonly blocks = new Map<RowSlot, Float32Array[]>();

  constructor(
    slots: readonly RowSlot[],
    classStart: number,
    private readonly numClasses: number,
  ) {
    for (const slot of slots) {
      const blocks: Float32Array[] = [];
      for (let start = 0; start < numClasses; start += BLOCK_CLASSES) {
        const size = Math.min(BLOCK_CLASSES, numClasses - start);
        const block = new Float32Array(size * slot.width);
        for (let at = 0; slot.fill && at < size; at++) {
          slot.fill(classStart + start + at, block.subarray(at * slot.width, (at + 1) * slot.width));
        }
        blocks.push(block);
      }
      this.blocks.set(slot, blocks);
    }
  }

  /** Consecutive ranges of classes, each of which {@link range} gives without a copy. */
  *ranges(): Generator<[start: number, size: number]> {
    for (let start = 0; start < this.numClasses; start += BLOCK_CLASSES) {
      yield [start, Math.min(BLOCK_CLASSES, this.numClasses - start)];
    }
  }

  /** A slot of consecutive classes: the memory itself, or a copy where the range crosses blocks. */
  range(slot: RowSlot, start: number, size: number): Float32Array {
    const offset = start % BLOCK_CLASSES;
    if (offset + size <= BLOCK_CLASSES) {
      const block = this.blocks.get(slot)![Math.floor(start / BLOCK_CLASSES)];
      return block?.subarray(offset * slot.width, (offset + size) * slot.width) ?? new Float32Array(0);
    }
    const values = new Float32Array(size * slot.width);
    for (let at = 0; at < size; at++) values.set(this.row(slot, start + at), at * slot.width);
    return values;
  }

  /** A slot of one class: the memory itself. */
  row(slot: RowSlot, local: number): Float32Array {
    const offset = (local % BLOCK_CLASSES) * slot.width;
    return this.blocks.get(slot)![Math.floor(local / BLOCK_CLASSES)]!.subarray(offset, offset + slot.width);
  }

  /** Copies a slot of the given classes, one after the other, into `target`. */
  gather(slot: RowSlot, classes: Int32Array, target: Float32Array): void {
    for (let at = 0; at < classes.length; at++) target.set(this.row(slot, classes[at]!), at * slot.width);
  }

  /** The inverse of {@link gather}. */
  scatter(slot: RowSlot, classes: Int32Array, values: Float32Array): void {
    for (let at = 0; at < classes.length; at++) {
      this.row(slot, classes[at]!).set(values.subarray(at * slot.width, (at + 1) * slot.width));
    }
  }

  dispose(): void {
    this.blocks.clear();
  }
}
