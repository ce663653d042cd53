import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy, readNpy } from './npy.js';
import { SafetensorsReader, writeSafetensors } from './safetensors.js';
import { buildZip } from './testing/build-zip.js';
import { fuzzReader } from './testing/fuzz-reader.js';
import { readZip, zipFailure } from './zip/read-zip.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('damaged files are read or refused by name', () => {
  it('safetensors', async () => {
    const path = join(folder, 'sound.safetensors');
    await writeSafetensors(path, [
      { name: 'a', shape: [2, 3], pieces: () => [new Float32Array(6)] },
      { name: 'counter', shape: [], type: 'I64', pieces: () => [Float32Array.of(7)] },
      { name: 'b', shape: [4], pieces: () => [new Float32Array(4)] },
    ]);
    const codes = await fuzzReader('model.safetensors', [await readFile(path)], async (file) => {
      const reader = await SafetensorsReader.open(file);
      try {
        for (const name of reader.names) await reader.read(name);
      } finally {
        await reader.close();
      }
    });
    expect(codes).toEqual(['checkpoint_corrupt']);
  });

  it('zip', async () => {
    const members = ['a/data.pkl', 'a/version', 'b'].map((name, i) => ({
      name,
      content: Buffer.alloc(40, name),
      stored: i !== 2,
    }));
    const sound = [buildZip(members), buildZip(members, { isWide: true }), buildZip([{ ...members[0]!, isWide: true }])];
    const codes = await fuzzReader('any.zip', sound, async (path) => {
      const handle = await open(path, 'r');
      try {
        await readZip(handle, zipFailure(path, 'checkpoint_corrupt'));
      } finally {
        await handle.close();
      }
    });
    expect(codes).toEqual(['checkpoint_corrupt']);
  });

  it('.npy', async () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    const first = Buffer.from(encodeNpy({ rows: 2, columns: 3, values }));
    // Format version 2: the length of the header takes four bytes.
    const second = Buffer.concat([first.subarray(0, 10), Buffer.alloc(2), first.subarray(10)]);
    second[6] = 2;
    const codes = await fuzzReader('rows.npy', [first, second], readNpy);
    expect(codes).toEqual(['dataset_corrupt', 'dataset_invalid']);
  });
});
