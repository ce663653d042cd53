import { ATTRIBUTE, TENSOR, WIRE } from './onnx-format.js';
import type { WireBytes, WireField } from './wire-walk.js';

/** Elements of one value, 64 MiB of float32: twenty times the largest feature map of r200 at 112 x 112. */
const MAX_ELEMENTS = 2 ** 24;
/** How many times larger one node may make a value. */
const MAX_GROWTH = 2 ** 12;
/** A shape is short; longer constants are data. */
const MAX_VALUES = 32;
const MAX_VARINT_BYTES = 10;

interface Growing {
  /** Inputs that hold a shape, and lists of factors or paddings. */
  readonly shapes?: readonly number[];
  readonly factors?: readonly number[];
  readonly paddings?: readonly number[];
  /** Start, limit and step. */
  readonly isRange?: boolean;
  /** What a list among the attributes is, where an operator (or an old version of it) has one. */
  readonly attribute?: 'shape' | 'factors' | 'paddings';
}

/** Operators whose result is as large as a number in the file says (onnx's Operators.md). */
const GROWING: Readonly<Record<string, Growing>> = {
  ConstantOfShape: { shapes: [0] },
  Expand: { shapes: [1] },
  OneHot: { shapes: [1] },
  RandomNormal: { attribute: 'shape' },
  RandomUniform: { attribute: 'shape' },
  Range: { isRange: true },
  Tile: { factors: [1] },
  Upsample: { factors: [1], attribute: 'factors' },
  Resize: { factors: [1, 2], shapes: [3] },
  Pad: { paddings: [1], attribute: 'paddings' },
};

interface GrowingNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  /** Numbers of its attributes, by attribute. */
  readonly lists: readonly (readonly number[])[];
  readonly scalars: readonly (readonly number[])[];
  readonly at: number;
}

/**
 * What a graph's own constants say about the sizes of its values. A few bytes can ask for gigabytes, and onnxruntime makes them when it
 * loads the model. Shapes that are computed from others are not seen.
 */
export class ClaimedSizes {
  /** By name; a subgraph may use a name again, and each counts. */
  private readonly constants = new Map<string, (readonly number[])[]>();
  private readonly growing: GrowingNode[] = [];

  constructor(private readonly wire: WireBytes) {}

  addConstant(name: string, values: readonly number[]): void {
    if (values.length === 0) return;
    const known = this.constants.get(name);
    if (known) known.push(values);
    else this.constants.set(name, [values]);
  }

  addNode(node: GrowingNode, outputs: readonly string[]): void {
    if (node.opType === 'Constant')
      for (const values of [...node.lists, ...node.scalars]) this.addConstant(outputs[0] ?? '', values);
    else if (Object.hasOwn(GROWING, node.opType)) this.growing.push(node);
  }

  /** What is wrong with the first node that is, and where. Call it when all constants are known. */
  tooLarge(): { readonly what: string; readonly at: number } | null {
    for (const node of this.growing) {
      const { shapes = [], factors = [], paddings = [], isRange = false, attribute } = GROWING[node.opType]!;
      const of = (inputs: readonly number[]) => inputs.flatMap((input) => this.constants.get(node.inputs[input] ?? '') ?? []);
      const own = (kind: Growing['attribute']) => (attribute === kind ? node.lists : []);
      const elements = [...[...of(shapes), ...own('shape')].map(product), ...(isRange ? this.counts(node) : [])];
      const growth = [...[...of(factors), ...own('factors')].map(product), ...[...of(paddings), ...own('paddings')].map(padded)];
      const most = Math.max(0, ...elements);
      if (most > MAX_ELEMENTS)
        return { what: `${node.opType} asks for ${most} elements, and ${MAX_ELEMENTS} are enough`, at: node.at };
      const times = Math.max(0, ...growth);
      if (times > MAX_GROWTH) return { what: `${node.opType} makes a value ${times} times larger`, at: node.at };
    }
    return null;
  }

  /** Values of a tensor, if it is as short as a shape. */
  tensorValues(message: { readonly start: number; readonly end: number }): { name: string; values: number[] } {
    const { wire } = this;
    const values: number[] = [];
    let [name, type] = ['', 0];
    let raw: Extract<WireField, { start: number }> | null = null;
    for (const field of wire.fields(message.start, message.end)) {
      if (field.field === TENSOR.dataType && field.wire === WIRE.varint) type = field.value;
      else if (field.field === TENSOR.int32Data || field.field === TENSOR.int64Data) values.push(...this.whole(field));
      else if (field.field === TENSOR.floatData) values.push(...this.floats(field));
      else if (field.wire !== WIRE.bytes) continue;
      else if (field.field === TENSOR.name && field.end - field.start <= 64 * 1024) name = wire.text(field, 64 * 1024);
      else if (field.field === TENSOR.rawData) raw = field;
      if (values.length > MAX_VALUES) return { name, values: [] };
    }
    if (raw) values.push(...this.raw(raw, type));
    return { name, values: values.length > MAX_VALUES ? [] : values };
  }

  /** Numbers of one field of an attribute that is a list; empty: it is none, or longer than a shape is. */
  listed(field: WireField): number[] {
    if (field.field === ATTRIBUTE.ints) return this.whole(field);
    return field.field === ATTRIBUTE.floats ? this.floats(field) : [];
  }

  /** The number of an attribute that is one: a scalar where it is a constant's, a mode or a seed elsewhere. */
  single(field: WireField): number[] {
    if (field.field === ATTRIBUTE.i) return this.whole(field);
    return field.field === ATTRIBUTE.f ? this.floats(field) : [];
  }

  private counts(node: GrowingNode): number[] {
    const [starts, limits, steps] = [0, 1, 2].map((input) =>
      (this.constants.get(node.inputs[input] ?? '') ?? [[]]).map(([v]) => v),
    );
    // A part that is not known is taken for the smallest there is.
    return (limits ?? []).flatMap((limit) =>
      (starts ?? []).flatMap((start) => (steps ?? []).map((step) => Math.abs((limit ?? 0) - (start ?? 0)) / Math.abs(step ?? 1))),
    );
  }

  private whole(field: WireField): number[] {
    if (field.wire !== WIRE.varint && field.wire !== WIRE.bytes) return [];
    const isLong = field.wire === WIRE.bytes && field.end - field.start > MAX_VALUES * MAX_VARINT_BYTES;
    return isLong ? [] : this.wire.numbers(field, MAX_VALUES * MAX_VARINT_BYTES);
  }

  private floats(field: WireField): number[] {
    return field.wire === WIRE.fixed32 || field.wire === WIRE.bytes ? this.raw(field, 1) : [];
  }

  private raw({ start, end }: { readonly start: number; readonly end: number }, type: number): number[] {
    const reader = READERS[type];
    if (!reader || end - start > MAX_VALUES * reader.bytes) return [];
    const { buffer, byteOffset } = this.wire.bytes;
    const view = new DataView(buffer, byteOffset + start, end - start);
    const values: number[] = [];
    for (let at = 0; at + reader.bytes <= view.byteLength; at += reader.bytes) values.push(reader.read(view, at));
    return values;
  }
}

/** By ONNX's number of a type: float, int32, int64, double. */
const READERS: Readonly<Record<number, { readonly bytes: number; readonly read: (view: DataView, at: number) => number }>> = {
  1: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  6: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  7: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  11: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

const product = (values: readonly number[]): number => values.reduce((all, each) => all * Math.max(1, Math.abs(each)), 1);

/** Begins of all axes, then their ends: as if each axis were of one element. */
function padded(values: readonly number[]): number {
  const axes = values.length >> 1;
  return product(Array.from({ length: axes }, (_, axis) => 1 + Math.max(0, values[axis]!) + Math.max(0, values[axes + axis]!)));
}
