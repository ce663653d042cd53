import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Writer } from 'protobufjs/minimal.js';
import { fuzzReader } from '../../../formats/src/testing/fuzz-reader.js';
import { inspectOnnx } from './inspect-onnx.js';
import { MODEL } from './onnx-format.js';
import { embedded } from './onnx-messages.js';
import { readOnnx } from './read-onnx.js';
import { fixturePath } from './testing/onnx-fixtures.js';

let torchscript: Buffer;
let mxnet: Buffer;

beforeAll(async () => {
  torchscript = await readFile(fixturePath('torchscript.onnx'));
  mxnet = await readFile(fixturePath('mxnet.onnx'));
});

describe('what is looked at before a model is run', () => {
  it('tells version, producer and the first nodes', () => {
    const facts = inspectOnnx('model.onnx', torchscript);
    expect(facts).toMatchObject({ irVersion: 7, producer: 'pytorch', numNodes: 4 });
    expect(facts.firstNodes.map(({ opType }) => opType)).toEqual(['Conv', 'PRelu', 'Flatten', 'Gemm']);
    expect(inspectOnnx('model.onnx', mxnet).firstNodes[0]).toEqual({
      name: '_minusscalar0',
      opType: 'Sub',
      inputs: ['data', 'mean'],
      outputs: ['m'],
    });
  });

  it.each([
    ['external', 'weights lie in another file'],
    ['foreign-operator', 'it uses an operator of com.example'],
    ['function', 'operators of its own'],
    ['loop', 'it repeats a part of itself (Loop)'],
  ])('refuses %s.onnx, naming file and byte', async (name, what) => {
    const path = fixturePath(`${name}.onnx`);
    await expect(readOnnx(path)).rejects.toMatchObject({
      code: 'model_refused',
      message: expect.stringContaining(what),
      details: { file: path, byte: expect.any(Number) as number },
    });
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['an empty file', () => new Uint8Array(), /no graph or no version/],
    ['a text', () => Buffer.from('not a model, but long enough to be read as one'), /byte \d+/],
    ['a cut end', () => torchscript.subarray(0, -1), /bytes are announced, but the message ends/],
    ['a second graph', () => Buffer.concat([mxnet, embedded(new Writer(), MODEL.graph).ldelim().finish()]), /second graph/],
    ['a number without end', () => Buffer.alloc(20, 0xff), /a number of more than 10 bytes/],
    // A tensor of 2 x 3 floats in 20 bytes: fields 1 (dims), 2 (type) and 9 (raw data) of an initializer.
    [
      'a tensor that is larger than its bytes',
      () => Buffer.from('080732' + '00' + '3a20' + '2a1e' + '0802' + '0803' + '1001' + '4a14' + '00'.repeat(20) + '4200', 'hex'),
      /a tensor of shape \[2, 3\] takes 24 bytes and has 20/,
    ],
  ])('names the byte where %s goes wrong', (_, make, message) => {
    expect(() => inspectOnnx('model.onnx', make())).toThrowError(
      expect.objectContaining({ code: 'checkpoint_corrupt', message: expect.stringMatching(message) as string }),
    );
  });

  it('names a file that is not there, and a folder', async () => {
    for (const path of [fixturePath('absent.onnx'), fixturePath('.')]) {
      await expect(readOnnx(path)).rejects.toMatchObject({ code: 'checkpoint_corrupt', details: { file: path } });
    }
  });

  it('gives facts or an error of ours for ten thousand damaged files', async () => {
    const names = ['torchscript', 'dynamo', 'mxnet', 'channels-last', 'external', 'loop', 'function'];
    const sound = await Promise.all(names.map((name) => readFile(fixturePath(`${name}.onnx`))));
    expect(await fuzzReader('model.onnx', sound, readOnnx)).toEqual(['checkpoint_corrupt', 'model_refused']);
  });
});
