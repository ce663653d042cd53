import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MxnetParamsReader } from './mxnet-params.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-params-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'model-0001.params');
  await writeFile(path, bytes);
  return path;
}

async function contentOf(bytes: Uint8Array): Promise<Record<string, { shape: number[]; values: number[] }>> {
  const reader = await MxnetParamsReader.open(await write(bytes));
  try {
    const content: Record<string, { shape: number[]; values: number[] }> = {};
    for (const [name, shape] of reader.shapes) content[name] = { shape: [...shape], values: [...(await reader.read(name))] };
    return content;
  } finally {
    await reader.close();
  }
}

const hex = (...parts: string[]): Buffer => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
const LIST = '1201000000000000 0000000000000000';
const ONE = '0100000000000000';
const NAME_W = `${ONE} 0500000000000000 6172673a77`;

// Written by MXNet 1.9.1: nd.save of float32 w, float64 m (aux), float16 h, uint8 u, int32 i, int64 l.
const VERSION_2 = hex(
  `${LIST} 0600000000000000`,
  'c9fa93f9 00000000 02000000 0200000000000000 0200000000000000 01000000 00000000 00000000 0000c03f 000000c0 00004040 00008040',
  'c9fa93f9 00000000 01000000 0100000000000000 01000000 00000000 01000000 000000000000d03f',
  'c9fa93f9 00000000 01000000 0400000000000000 01000000 00000000 02000000 003c 00b8 ff7b 0100',
  'c9fa93f9 00000000 01000000 0200000000000000 01000000 00000000 03000000 07 ff',
  'c9fa93f9 00000000 01000000 0100000000000000 01000000 00000000 04000000 fdffffff',
  'c9fa93f9 00000000 01000000 0100000000000000 01000000 00000000 06000000 0500000000000000',
  '0600000000000000',
  '0500000000000000 6172673a77 0500000000000000 6175783a6d 0500000000000000 6172673a68',
  '0500000000000000 6172673a75 0500000000000000 6172673a69 0500000000000000 6172673a6c',
);
// Written by MXNet 1.9.1: npx.save of w of shape [1, 2] and a scalar s.
const VERSION_3 = hex(
  `${LIST} 0200000000000000`,
  'cafa93f9 00000000 02000000 0100000000000000 0200000000000000 01000000 00000000 00000000 0000c03f 000000c0',
  'cafa93f9 00000000 00000000 01000000 00000000 00000000 00002040',
  '0200000000000000 0500000000000000 6172673a77 0500000000000000 6172673a73',
);
const version1 = hex(
  `${LIST} ${ONE} c8fa93f9 02000000 0100000000000000 0200000000000000 02000000 03000000 00000000 0000c03f 000000c0`,
  NAME_W,
);
const version0 = hex(`${LIST} ${ONE} 02000000 01000000 02000000 01000000 00000000 00000000 0000c03f 000000c0`, NAME_W);

describe('.params files of MXNet', () => {
  it('are read in every version and element type', async () => {
    expect(await contentOf(VERSION_2)).toEqual({
      w: { shape: [2, 2], values: [1.5, -2, 3, 4] },
      m: { shape: [1], values: [0.25] },
      h: { shape: [4], values: [1, -0.5, 65504, 2 ** -24] },
      u: { shape: [2], values: [7, 255] },
      i: { shape: [1], values: [-3] },
      l: { shape: [1], values: [5] },
    });
    expect(await contentOf(VERSION_3)).toEqual({
      w: { shape: [1, 2], values: [1.5, -2] },
      s: { shape: [], values: [2.5] },
    });
    const w = { shape: [1, 2], values: [1.5, -2] };
    // Version 1 says here that the array lay on GPU 3: that is ignored.
    expect(await contentOf(version1)).toEqual({ w });
    expect(await contentOf(version0)).toEqual({ w });
  });

  it('call running statistics by one name, whether a symbol or Gluon wrote them', async () => {
    const empty = `${LIST} ${ONE} 00000000 ${ONE}`;
    for (const stored of ['aux:bn_moving_mean', 'aux:bn_running_mean']) {
      const name = Buffer.from(stored);
      const content = await contentOf(
        hex(empty, Buffer.from([name.length, 0, 0, 0, 0, 0, 0, 0]).toString('hex'), name.toString('hex')),
      );
      expect(Object.keys(content)).toEqual(['bn_moving_mean']);
    }
  });

  it('may hold an array without a shape, which has no values', async () => {
    for (const array of ['c9fa93f9 00000000 00000000', 'cafa93f9 00000000 ffffffff', 'c8fa93f9 00000000', '00000000']) {
      expect(await contentOf(hex(`${LIST} ${ONE} ${array}`, NAME_W))).toEqual({ w: { shape: [0], values: [] } });
    }
  });

  it.each<[string, Buffer, RegExp]>([
    ['another kind of file', Buffer.from('PK\x03\x04 and so on'), /byte 0: .*(?:no list|magic number)/],
    ['a sparse array', hex(`${LIST} ${ONE} c9fa93f9 01000000 02000000`, '00'.repeat(64)), /sparse \(storage type 1\)/],
    ['an unknown element type', hex(`${LIST} ${ONE} 01000000 01000000 01000000 00000000 63000000 00000000`, NAME_W), /type 99/],
    ['an array larger than the file', hex(`${LIST} ${ONE} 02000000 ffffffff ffffffff 01000000 00000000 00000000`), /larger than/],
    ['a negative dimension', hex(`${LIST} ${ONE} c9fa93f9 00000000 01000000 ffffffffffffffff`, NAME_W), /dimension of -1/],
    ['too many dimensions', hex(`${LIST} ${ONE} c9fa93f9 00000000 00010000`, NAME_W), /256 dimensions/],
    ['more arrays than bytes', hex(`${LIST} ffffffffffffff7f`), /number of arrays/],
    [
      'arrays without names',
      hex(`${LIST} ${ONE} 01000000 01000000 01000000 00000000 00000000 00000000 0000000000000000`),
      /0 names/,
    ],
    ['a name longer than any', hex(`${LIST} ${ONE} 00000000 ${ONE} ffffffff00000000`), /length of a name/],
    [
      'two arrays of one name',
      hex(`${LIST} 0200000000000000 00000000 00000000 0200000000000000 0100000000000000 77 0500000000000000 6172673a77`),
      /two arrays are called w/,
    ],
  ])('are refused, naming file and byte: %s', async (_, bytes, message) => {
    const path = await write(bytes);
    const error: unknown = await MxnetParamsReader.open(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'checkpoint_corrupt', message: expect.stringMatching(message), details: { file: path } });
    expect((error as Error).message).toMatch(/: byte \d+: /);
  });

  it.each([
    ['2', VERSION_2],
    ['3', VERSION_3],
    ['1', version1],
    ['0', version0],
  ])('of version %s are refused when they are cut off anywhere', async (_, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      await expect(contentOf(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
    }
  });

  it('with any bytes changed are read or refused, never anything else', async () => {
    const change = fc.array(fc.tuple(fc.nat(VERSION_2.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(change, async (changes) => {
        const bytes = Buffer.from(VERSION_2);
        for (const [at, value] of changes) bytes[at] = value;
        const outcome: unknown = await contentOf(bytes).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'checkpoint_corrupt' });
        else
          for (const { shape, values } of Object.values(outcome as Record<string, { shape: number[]; values: number[] }>)) {
            expect(values).toHaveLength(shape.reduce((product, extent) => product * extent, 1));
          }
      }),
      { numRuns: 150 },
    );
  });
});
