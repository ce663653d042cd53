import { Writer } from 'protobufjs/minimal.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DIMENSION,
  ENTRY,
  FLOAT,
  NODE,
  OPSET,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
  WIRE,
} from './onnx-format.js';

/** Whole numbers are `ints` where there are several; those of `float` are written as such. */
export type OnnxAttribute = { readonly float: number } | { readonly int: number } | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant; its values are asked for when they are written. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: () => Float32Array;
}

export const tagOf = (field: number, wire: number): number => field * 8 + wire;

/** Opens an embedded message; `ldelim` closes it. */
export function embedded(writer: Writer, field: number): Writer {
  return writer.uint32(tagOf(field, WIRE.bytes)).fork();
}

export function text(writer: Writer, field: number, value: string): Writer {
  return writer.uint32(tagOf(field, WIRE.bytes)).string(value);
}

export function whole(writer: Writer, field: number, value: number): Writer {
  return writer.uint32(tagOf(field, WIRE.varint)).int64(value);
}

export function writeNode(writer: Writer, field: number, node: OnnxNode): void {
  const message = embedded(writer, field);
  for (const input of node.inputs) text(message, NODE.input, input);
  text(message, NODE.output, node.output);
  text(message, NODE.name, node.name);
  text(message, NODE.opType, node.opType);
  for (const [name, attribute] of Object.entries(node.attributes)) writeAttribute(message, name, attribute);
  message.ldelim();
}

function writeAttribute(writer: Writer, name: string, attribute: OnnxAttribute): void {
  const message = text(embedded(writer, NODE.attribute), ATTRIBUTE.name, name);
  if ('float' in attribute) {
    message.uint32(tagOf(ATTRIBUTE.f, WIRE.fixed32)).float(attribute.float);
    whole(message, ATTRIBUTE.type, ATTRIBUTE_TYPE.float);
  } else if ('int' in attribute) {
    whole(message, ATTRIBUTE.i, attribute.int);
    whole(message, ATTRIBUTE.type, ATTRIBUTE_TYPE.int);
  } else {
    for (const value of attribute.ints) whole(message, ATTRIBUTE.ints, value);
    whole(message, ATTRIBUTE.type, ATTRIBUTE_TYPE.ints);
  }
  message.ldelim();
}

/** Everything of a float32 tensor before its bytes, which end the message: `numBytes` of them must follow. */
export function tensorHead(field: number, { name, dims }: OnnxTensor, numBytes: number): Uint8Array {
  const head = new Writer();
  for (const dim of dims) whole(head, TENSOR.dims, dim);
  whole(head, TENSOR.dataType, FLOAT);
  text(head, TENSOR.name, name);
  head.uint32(tagOf(TENSOR.rawData, WIRE.bytes)).uint32(numBytes);
  const bytes = head.finish();
  const before = new Writer().uint32(tagOf(field, WIRE.bytes)).uint32(bytes.length + numBytes);
  return Buffer.concat([before.finish(), bytes]);
}

/** A float32 input or output; a name stands for an extent that is free. */
export function writeValueInfo(writer: Writer, field: number, name: string, shape: readonly (number | string)[]): void {
  const message = text(embedded(writer, field), VALUE_INFO.name, name);
  const tensor = embedded(embedded(message, VALUE_INFO.type), TYPE.tensor);
  whole(tensor, TENSOR_TYPE.elementType, FLOAT);
  const extents = embedded(tensor, TENSOR_TYPE.shape);
  for (const extent of shape) {
    const dimension = embedded(extents, SHAPE.dimension);
    if (typeof extent === 'number') whole(dimension, DIMENSION.value, extent);
    else text(dimension, DIMENSION.parameter, extent);
    dimension.ldelim();
  }
  for (let depth = 0; depth < 4; depth++) writer.ldelim();
}

export function writeOpset(writer: Writer, field: number, version: number): void {
  whole(text(embedded(writer, field), OPSET.domain, ''), OPSET.version, version).ldelim();
}

export function writeEntry(writer: Writer, field: number, key: string, value: string): void {
  text(text(embedded(writer, field), ENTRY.key, key), ENTRY.value, value).ldelim();
}
