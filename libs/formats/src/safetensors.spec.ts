import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SafetensorsReader, writeSafetensors } from './safetensors.js';

let path: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-safetensors-'));
  path = join(folder, 'model.safetensors');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function place(header: string, data: Uint8Array): Promise<void> {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  await writeFile(path, Buffer.concat([length, Buffer.from(header), data]));
}

async function contentOf(): Promise<Record<string, { shape: readonly number[]; values: number[] }>> {
  const reader = await SafetensorsReader.open(path);
  try {
    const content: Record<string, { shape: readonly number[]; values: number[] }> = {};
    for (const name of reader.names) content[name] = { shape: reader.shapeOf(name), values: [...(await reader.read(name))] };
    return content;
  } finally {
    await reader.close();
  }
}

// Written by safetensors 0.8.0 (save_file of PyTorch tensors): half h, bfloat16 b, float64 d, int64 i, and a float32 f of shape [1, 2].
const FROM_PYTHON = Buffer.from(
  '18010000000000007b2269223a7b226474797065223a22493634222c227368617065223a5b5d2c22646174615f6f666673657473223a5b302c385d7d2c2264223a7b226474797065223a22463634222c227368617065223a5b315d2c22646174615f6f666673657473223a5b382c31365d7d2c2266223a7b226474797065223a22463332222c227368617065223a5b312c325d2c22646174615f6f666673657473223a5b31362c32345d7d2c2262223a7b226474797065223a2242463136222c227368617065223a5b325d2c22646174615f6f666673657473223a5b32342c32385d7d2c2268223a7b226474797065223a22463136222c227368617065223a5b335d2c22646174615f6f666673657473223a5b32382c33345d7d7d2020202020f9ffffffffffffff000000000000d03f0000c03f000000c04940807b003c00b80100',
  'hex',
);

describe('safetensors', () => {
  it('of other writers are read in every type of number', async () => {
    await writeFile(path, FROM_PYTHON);
    expect(await contentOf()).toEqual({
      h: { shape: [3], values: [1, -0.5, 2 ** -24] },
      b: { shape: [2], values: [3.140625, 2 ** 120] },
      d: { shape: [1], values: [0.25] },
      i: { shape: [], values: [-7] },
      f: { shape: [1, 2], values: [1.5, -2] },
    });
  });

  it('are written as they are read: float32, and counters as int64', async () => {
    await writeSafetensors(path, [
      { name: 'w', shape: [2, 2], pieces: () => [Float32Array.of(1, 2), Float32Array.of(3, 4)] },
      { name: 'n', shape: [], type: 'I64', pieces: () => [Float32Array.of(12)] },
    ]);
    expect(await contentOf()).toEqual({ w: { shape: [2, 2], values: [1, 2, 3, 4] }, n: { shape: [], values: [12] } });
    const reader = await SafetensorsReader.open(path);
    expect([...(await reader.read('w', 1, 2))]).toEqual([2, 3]);
    await expect(reader.read('w', 3, 2)).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
    await reader.close();
  });

  const entry = (begin: number, end: number, more: object = {}) => ({
    dtype: 'F32',
    shape: [(end - begin) / 4],
    data_offsets: [begin, end],
    ...more,
  });
  it.each<[string, string, RegExp]>([
    ['overlap', JSON.stringify({ a: entry(0, 8), b: entry(4, 16) }), /tensor b begins at 4 of the data, where .* ends at 8/],
    ['leave a gap', JSON.stringify({ a: entry(0, 4), b: entry(8, 16) }), /tensor b begins at 8 .* ends at 4/],
    ['leave bytes at the end', JSON.stringify({ a: entry(0, 12) }), /4 bytes at the end belong to no tensor/],
    [
      'have one name twice',
      `{"a":${JSON.stringify(entry(0, 8))},"a":${JSON.stringify(entry(8, 16))}}`,
      /tensor a begins at 8 of the data, where .* ends at 0/,
    ],
    ['reach beyond the file', JSON.stringify({ a: entry(0, 32) }), /claims bytes 0\.\.32 of 16/],
    ['have another size than shape', JSON.stringify({ a: entry(0, 16, { shape: [3] }) }), /shape \[3\] claims bytes 0\.\.16/],
    ['have an unknown type', JSON.stringify({ a: entry(0, 16, { dtype: 'F8' }) }), /tensor a: dtype/],
    ['have a shape beyond numbers', JSON.stringify({ a: entry(0, 16, { shape: [2 ** 52, 2 ** 52, 0] }) }), /tensor a|shape/],
    ['are no object', '[]', /the header is no object/],
  ])('that %s are refused', async (_, header, message) => {
    await place(header, new Uint8Array(16));
    await expect(SafetensorsReader.open(path)).rejects.toMatchObject({
      code: 'checkpoint_corrupt',
      message: expect.stringMatching(message) as string,
      details: { file: path },
    });
  });
});
