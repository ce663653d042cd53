import { ArcFleetError, fillNormal, RANDOM_STREAMS } from '#contracts';
import type { Engine } from '#engine';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { HeadSlot } from '../head.js';

/** Standard deviation of the initial class centers. */
const INITIAL_DEVIATION = 0.01;

/** A trained number of a class (`centers`, `bias`) or what the optimizer keeps beside it. */
export interface RowSlot extends HeadSlot {
  /** Rows of the slot's tensor per class: the sub-centers; `width / rowsPerClass` columns. */
  readonly rowsPerClass: number;
  /** Writes the initial values of a global class, which depend on nothing but the seed and the class; absent: zeros. */
  readonly fill?: (label: number, values: Float32Array) => void;
}

/** Tensors of some classes by slot name, each as {@link slotTensor} lays it out. */
export type SlotTensors = Readonly<Record<string, Tensor2D>>;

export interface HeadSlotsOptions {
  readonly embeddingSize: number;
  readonly subCenters: number;
  readonly hasBias: boolean;
  readonly seed: number;
  /** What the optimizer keeps for each trained number. */
  readonly stateNames: readonly string[];
}

/** Name of the slot that holds the optimizer's `state` of `parameter`: those of `centers` go without prefix. */
export function stateSlot(parameter: 'centers' | 'bias', state: string): string {
  return parameter === 'centers' ? state : `${parameter}_${state}`;
}

/** True for what the loss depends on, false for the optimizer's state. */
export function isTrained({ name }: HeadSlot): boolean {
  return name === 'centers' || name === 'bias';
}

/** What a softmax head keeps for every class: its K sub-centers, perhaps a bias, and the optimizer's state of each. */
export function headSlots({ embeddingSize, subCenters, hasBias, seed, stateNames }: HeadSlotsOptions): RowSlot[] {
  const centers = { width: subCenters * embeddingSize, rowsPerClass: subCenters };
  const bias = { width: 1, rowsPerClass: 1 };
  const fill = (label: number, values: Float32Array) =>
    fillNormal(seed, RANDOM_STREAMS.classCenters, label, values, INITIAL_DEVIATION);
  const slots: RowSlot[] = [
    { name: 'centers', ...centers, fill },
    ...stateNames.map((state) => ({ name: stateSlot('centers', state), ...centers })),
  ];
  if (!hasBias) return slots;
  return [...slots, { name: 'bias', ...bias }, ...stateNames.map((state) => ({ name: stateSlot('bias', state), ...bias }))];
}

/** Initial values of consecutive classes, `numRows x width`: the same at any world size. */
export function initialValues(slot: RowSlot, classStart: number, numRows: number): Float32Array {
  const values = new Float32Array(numRows * slot.width);
  if (!slot.fill) return values;
  for (let row = 0; row < numRows; row++) {
    slot.fill(classStart + row, values.subarray(row * slot.width, (row + 1) * slot.width));
  }
  return values;
}

/**
 * A slot's tensor for `numClasses` classes from values in class order (`numClasses x width`). All first sub-centers come
 * first, then all second ones: so sub-center k of all classes is one contiguous piece. The array may be kept by a backend.
 */
export function slotTensor(slot: RowSlot, values: Float32Array, numClasses: number): Tensor2D {
  const columns = slot.width / slot.rowsPerClass;
  return tf.tensor2d(slot.rowsPerClass === 1 ? values : transposed(values, numClasses, slot.rowsPerClass, columns), [
    numClasses * slot.rowsPerClass,
    columns,
  ]);
}

/** The inverse of {@link slotTensor}: values in class order, in `values` or as a new array. */
export async function readSlot(
  engine: Engine,
  slot: RowSlot,
  tensor: Tensor2D,
  numClasses: number,
  values: Float32Array = new Float32Array(numClasses * slot.width),
): Promise<Float32Array> {
  await engine.readInto(tensor, values);
  if (slot.rowsPerClass === 1) return values;
  return transposed(values, slot.rowsPerClass, numClasses, slot.width / slot.rowsPerClass);
}

/** `rows x columns` pieces of `size` numbers each to `columns x rows` pieces. */
function transposed(values: Float32Array, rows: number, columns: number, size: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * size;
      result.set(values.subarray(from, from + size), (column * rows + row) * size);
    }
  }
  return result;
}

/**
 * The values of one slot out of what a checkpoint gave for `numRows` classes from `classStart` on.
 *
 * @throws ArcFleetError `checkpoint_mismatch` when the slot is missing or its length does not fit.
 */
export function slotValues(
  slot: HeadSlot,
  given: Readonly<Record<string, Float32Array>>,
  classStart: number,
  numRows: number,
): Float32Array {
  const expected = numRows * slot.width;
  const values = given[slot.name];
  if (values?.length !== expected) {
    throw new ArcFleetError(
      'checkpoint_mismatch',
      `Classes ${classStart}..${classStart + numRows - 1} need ${expected} values of ${slot.name}, the checkpoint gave ${values?.length ?? 0}`,
      { slot: slot.name, classStart, numRows, width: slot.width },
    );
  }
  return values;
}
