import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ArcFleetError } from '#contracts';
import { createNetwork } from '#model-zoo';
import { fuzzReader } from '../../formats/src/testing/fuzz-reader.js';
import { canonicalGraph } from './mxnet/canonical-graph.js';
import { MxnetParamsReader } from './mxnet/mxnet-params.js';
import { symbolOf } from './mxnet/symbol-of.js';
import { readSymbol, symbolText } from './mxnet/symbol.js';
import { openOwnModel } from './own-model.js';
import { TorchArchive } from './torch/torch-archive.js';

const fixture = (name: string) =>
  readFile(fileURLToPath(new URL(`../../../../libs/model-files/src/fixtures/${name}`, import.meta.url)));

interface Tensors {
  readonly names: Iterable<string>;
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

async function readAll({ names, read, close }: Tensors): Promise<void> {
  try {
    for (const name of names) await read(name);
  } finally {
    await close();
  }
}

describe('damaged files are read or refused by name', () => {
  it('.params', async () => {
    const codes = await fuzzReader('model-0001.params', [await fixture('tiny-0001.params')], async (path) => {
      const reader = await MxnetParamsReader.open(path);
      await readAll({ names: reader.shapes.keys(), read: (name) => reader.read(name), close: () => reader.close() });
    });
    expect(codes).toEqual(['checkpoint_corrupt']);
  });

  it('symbol.json', async () => {
    const small = symbolText(symbolOf(createNetwork({ name: 'tiny', embeddingSize: 8, height: 112, width: 112, output: 'E' })));
    const codes = await fuzzReader('model-symbol.json', [await fixture('tiny-symbol.json'), Buffer.from(small)], async (path) => {
      canonicalGraph(await readSymbol(path));
    });
    expect(codes).toEqual(['checkpoint_corrupt']);
  });

  it('torch.save', async () => {
    const sound = await Promise.all(['state-dict.pth', 'checkpoint.pt'].map(fixture));
    const codes = await fuzzReader('model.pt', sound, async (path) => {
      const archive = await TorchArchive.open(path);
      await readAll({ names: archive.shapes.keys(), read: (name) => archive.read(name), close: () => archive.close() });
    });
    expect(codes).toEqual(['checkpoint_corrupt', 'pickle_refused']);
  });

  it('model.json', async () => {
    const description = { format: 'arcfleet-model', version: 1, network: 'tiny', embeddingSize: 8 };
    const sound = JSON.stringify({ ...description, input: { height: 16, width: 16 }, sha256: '0'.repeat(64) });
    const codes = await fuzzReader('model.json', [Buffer.from(sound)], async (path) => {
      const stem = path.replace(/\.json$/, '');
      await openOwnModel({ kind: 'arcfleet', description: path, stem }).catch((error: unknown) => {
        // The description was read: it is the weights that are missing.
        if (!(error instanceof ArcFleetError) || error.details['file'] !== `${stem}.safetensors`) throw error;
      });
    });
    expect(codes).toEqual(['checkpoint_corrupt']);
  });
});
