import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildZip } from '../../../formats/src/testing/build-zip.js';
import { torchZip } from '../testing/torch-zip.js';
import { TorchArchive } from './torch-archive.js';

/** Written by PyTorch 2.15: fixtures/make_torch.py. */
const fixture = (name: string) => fileURLToPath(new URL(`../../../../../libs/model-files/src/fixtures/${name}`, import.meta.url));

async function contentOf(path: string): Promise<Record<string, { shape: readonly number[]; values: number[] }>> {
  const archive = await TorchArchive.open(path);
  try {
    const content: Record<string, { shape: readonly number[]; values: number[] }> = {};
    for (const [name, shape] of archive.shapes) content[name] = { shape, values: [...(await archive.read(name))] };
    return content;
  } finally {
    await archive.close();
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-torch-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'model.pt');
  await writeFile(path, bytes);
  return path;
}

const range = (count: number, step = 1, start = 0) => Array.from({ length: count }, (_, i) => start + i * step);

describe('files of torch.save', () => {
  it.each(['state-dict.pth', 'checkpoint.pt'])(
    '%s gives every tensor in row-major order, whatever its type and strides',
    async (name) => {
      expect(await contentOf(fixture(name))).toEqual({
        plain: { shape: [2, 3], values: range(6) },
        offset: { shape: [4], values: range(4, 1, 5) },
        transposed: { shape: [6, 4], values: range(6).flatMap((column) => range(4, 6, column)) },
        every_second: { shape: [3, 4], values: range(12, 2, 1) },
        half: { shape: [4], values: [1, -0.5, 65504, 2 ** -24] },
        bfloat: { shape: [4], values: [1, -0.5, 3.140625, 2 ** 120] },
        double: { shape: [2], values: [0.25, -2] },
        counter: { shape: [], values: [7] },
        parameter: { shape: [2, 1], values: [1.5, 2.5] },
        empty: { shape: [0, 3], values: [] },
      });
    },
  );

  it('of the format before 1.6 are refused, saying how to store them anew', async () => {
    await expect(TorchArchive.open(fixture('legacy.pth'))).rejects.toMatchObject({
      code: 'checkpoint_corrupt',
      message: expect.stringMatching(/legacy\.pth: byte 0: .*before 1\.6.*torch\.save\(torch\.load/) as string,
    });
  });

  it('that hold a module instead of its state dict are refused by the name of its class', async () => {
    await expect(TorchArchive.open(fixture('module.pth'))).rejects.toMatchObject({
      code: 'pickle_refused',
      message: expect.stringMatching(/module\.pth: opcode .*torch\.nn\.modules\.linear\.Linear.*state_dict\(\)/) as string,
    });
  });

  it('whose tensors reach beyond their storage are refused', async () => {
    const sound = torchZip([{ name: 'w', shape: [2, 3], values: new Float32Array(6) }]);
    expect(await contentOf(await written(sound))).toEqual({ w: { shape: [2, 3], values: [0, 0, 0, 0, 0, 0] } });
    const larger = torchZip([{ name: 'w', shape: [2, 4], values: new Float32Array(6) }]);
    await expect(TorchArchive.open(await written(larger))).rejects.toMatchObject({
      code: 'pickle_refused',
      message: expect.stringContaining('[2, 4] reaches beyond the 6 elements') as string,
    });
  });

  it.each<[string, Buffer, RegExp]>([
    ['no zip', Buffer.from('GIF89a'), /byte 0: this is no zip file/],
    ['no data.pkl', buildZip([{ name: 'a/version', content: Buffer.from('3'), stored: true }]), /no data\.pkl/],
    [
      'compressed members',
      buildZip([{ name: 'a/data.pkl', content: Buffer.from('}.') }]),
      /data\.pkl is compressed, which torch\.save never does/,
    ],
    [
      'big-endian numbers',
      buildZip([{ name: 'a/byteorder', content: Buffer.from('big'), stored: true }]),
      /its numbers are big-endian/,
    ],
    ['TorchScript', buildZip([{ name: 'a/constants.pkl', content: Buffer.from('.'), stored: true }]), /TorchScript/],
  ])('%s: refused', async (_, bytes, message) => {
    await expect(TorchArchive.open(await written(bytes))).rejects.toMatchObject({
      code: 'checkpoint_corrupt',
      message: expect.stringMatching(message) as string,
    });
  });
});
