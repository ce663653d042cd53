import { Writer } from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { inspectOnnx } from './inspect-onnx.js';
import { ATTRIBUTE, GRAPH, MODEL, NODE, TENSOR } from './onnx-format.js';
import { embedded, text, whole } from './onnx-messages.js';

const INT64 = 7;
const FLOAT = 1;

function tensor(writer: Writer, field: number, type: number, values: readonly number[], isRaw = true): void {
  const message = embedded(writer, field);
  text(message, TENSOR.name, 'constant');
  whole(message, TENSOR.dims, values.length);
  whole(message, TENSOR.dataType, type);
  if (isRaw) {
    const bytes = type === FLOAT ? Float32Array.from(values) : BigInt64Array.from(values, BigInt);
    message.uint32(TENSOR.rawData * 8 + 2).bytes(new Uint8Array(bytes.buffer));
  } else for (const value of values) whole(message, TENSOR.int64Data, value);
  message.ldelim();
}

type Source = 'initializer' | 'values' | 'node';

/** A model of one node, whose input `constant` (number `input`) comes from an initializer or a Constant node behind it. */
function model(
  opType: string,
  input: number,
  values: readonly number[],
  source: Source = 'initializer',
  type = INT64,
): Uint8Array {
  const writer = new Writer();
  whole(writer, MODEL.irVersion, 7);
  const graph = embedded(writer, MODEL.graph);
  const node = embedded(graph, GRAPH.node);
  for (let at = 0; at < input; at++) text(node, NODE.input, 'data');
  text(node, NODE.input, 'constant');
  text(node, NODE.opType, opType);
  node.ldelim();
  if (source === 'node') {
    const constant = embedded(graph, GRAPH.node);
    text(constant, NODE.output, 'constant');
    text(constant, NODE.opType, 'Constant');
    const attribute = embedded(constant, NODE.attribute);
    tensor(attribute, ATTRIBUTE.t, type, values);
    attribute.ldelim();
    constant.ldelim();
  } else tensor(graph, GRAPH.initializer, type, values, source === 'initializer');
  graph.ldelim();
  return writer.finish();
}

describe('sizes that constants claim', () => {
  it.each<[string, number, number[], number]>([
    ['ConstantOfShape', 0, [100_000_000], INT64],
    ['ConstantOfShape', 0, [5_000, 5_000], INT64],
    ['Expand', 1, [1, 64, 1_000, 1_000], INT64],
    ['Tile', 1, [100, 100], INT64],
    ['Pad', 1, [0, 0, 50, 50, 0, 0, 50, 50], INT64],
    ['Resize', 2, [1, 1, 100, 100], FLOAT],
    ['Resize', 3, [1, 3, 10_000, 10_000], INT64],
    ['Range', 1, [100_000_000], INT64],
  ])('are refused: %s, input %i of %j', (opType, input, values, type) => {
    for (const source of ['initializer', 'node'] as const) {
      expect(() => inspectOnnx('m.onnx', model(opType, input, values, source, type))).toThrowError(
        expect.objectContaining({
          code: 'model_refused',
          message: expect.stringMatching(new RegExp(`^m.onnx: byte \\d+: .*${opType}`)) as string,
        }),
      );
    }
  });

  it('are read in either way of writing', () => {
    expect(() => inspectOnnx('m.onnx', model('ConstantOfShape', 0, [100_000_000], 'values'))).toThrow(/100000000 elements/);
  });

  it('may be what a backbone has', () => {
    const sound: [string, number, number[]][] = [
      ['ConstantOfShape', 0, [512, 512]],
      ['Expand', 1, [-1, 512, 7, 7]],
      ['Tile', 1, [1, 64, 7, 7]],
      ['Pad', 1, [0, 0, 3, 3, 0, 0, 3, 3]],
      ['Reshape', 1, [100_000_000]],
      ['Range', 1, [1_000]],
    ];
    for (const [opType, input, values] of sound) expect(inspectOnnx('m.onnx', model(opType, input, values)).irVersion).toBe(7);
  });
});
