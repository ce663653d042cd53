import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uniformAt } from '#contracts';
import { writeVerificationSet } from '#datasets';
import { readNpy } from '#formats';
import { writeOnnx, writeOwnModel } from '#model-files';
import { createNetwork, initialValues } from '#model-zoo';
import sharp from 'sharp';

const SIZE = 112;
const NUM_PAIRS = 20;
const run = promisify(execFile);
const main = new URL('../../apps/cli/src/main.js', import.meta.url).pathname;

let folder: string;
const cli = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, [main, ...args], { cwd: folder, env: { ...process.env, INIT_CWD: folder } })).stdout;
const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1)!);

async function face(person: number, sample: number): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, at) => {
    const block = Math.floor(at / (3 * 28)) % 64;
    return 40 + 120 * uniformAt(1, 101, person, block) + 40 * uniformAt(1, 102, person * 100 + sample, at);
  });
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-use-'));
  const network = createNetwork({ name: 'tiny', embeddingSize: 16, height: SIZE, width: SIZE });
  const values = {
    parameters: new Map(network.parameters.map((spec) => [spec.name, initialValues(spec, 3)])),
    statistics: Float32Array.from(
      network.statistics.flatMap(({ channels }) => [
        ...new Array<number>(channels).fill(0),
        ...new Array<number>(channels).fill(1),
      ]),
    ),
  };
  await writeOwnModel(join(folder, 'own/model'), network, values);
  await writeOnnx(join(folder, 'graph.onnx'), network, values);
  const isSame = Array.from({ length: NUM_PAIRS }, (_, pair) => pair % 2);
  const images = await Promise.all(isSame.flatMap((same, pair) => [face(pair, 0), face(same ? pair : pair + 50, 1)]));
  await writeVerificationSet(join(folder, 'pairs.bin'), images, isSame);
  await writeFile(join(folder, 'a.jpg'), images[0]!);
  await writeFile(join(folder, 'b.jpg'), images[1]!);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface EvalJson {
  readonly model: { readonly format: string; readonly engine: string };
  readonly targets: {
    readonly pairs: {
      readonly accuracy: number;
      readonly xnorm: number;
      readonly areaUnderRoc: number;
      readonly threshold: number;
    };
  };
}

it('eval scores our files and the same model as ONNX alike, and one is not better than the other', async () => {
  const own = lastLine(await cli('eval', 'own', '--targets', 'pairs.bin', '--json')) as EvalJson;
  const onnx = lastLine(await cli('eval', 'graph.onnx', '--targets', 'pairs.bin', '--json')) as EvalJson;
  expect([own.model.format, onnx.model.format, onnx.model.engine]).toEqual(['arcfleet', 'onnx', 'onnxruntime']);
  expect(onnx.targets.pairs.accuracy).toBe(own.targets.pairs.accuracy);
  expect(Math.abs(onnx.targets.pairs.xnorm / own.targets.pairs.xnorm - 1)).toBeLessThan(1e-4);
  const against = await cli('eval', 'own', '--targets', 'pairs.bin', '--against', 'graph.onnx', '--roc', 'curves');
  expect(against).toMatch(/pairs\s+\+0\.00\s+\+0\.00 \.\. \+0\.00\s+no difference shown/);
  expect(await readFile(join(folder, 'curves/pairs.roc.csv'), 'utf8')).toMatch(/^far,tar,similarity\n0,0,/);
});

it('embed writes what score scores as eval does', async () => {
  await cli('embed', 'own', 'pairs.bin', '--out', 'pairs.npy', '--no-normalize');
  const { rows, columns } = await readNpy(join(folder, 'pairs.npy'));
  expect([rows, columns]).toEqual([2 * NUM_PAIRS, 16]);
  const scored = lastLine(await cli('score', 'pairs.npy', 'pairs.issame.json', '--json')) as { accuracy: number };
  const evaluated = lastLine(await cli('eval', 'own', '--targets', 'pairs.bin', '--json')) as EvalJson;
  expect(scored.accuracy).toBe(evaluated.targets.pairs.accuracy);
  await expect(cli('embed', 'own', 'pairs.bin', '--out', 'pairs.npy')).rejects.toThrow(/--force/);
});

it('eval writes embeddings with the truth about their pairs, which score takes; it does not write over them', async () => {
  const args = ['eval', 'own', '--targets', 'pairs.bin', '--json', '--embeddings-out', 'rows'];
  const evaluated = lastLine(await cli(...args)) as EvalJson;
  const scored = lastLine(await cli('score', 'rows/pairs.npy', 'rows/pairs.issame.json', '--json')) as { accuracy: number };
  expect(scored.accuracy).toBe(evaluated.targets.pairs.accuracy);
  await expect(cli(...args)).rejects.toThrow(/pairs\.npy is there already; --force replaces it/);
  await cli(...args, '--force');
});

it('eval refuses images of another size than the model wants, and says how many it cropped when it may', async () => {
  const small = await sharp(await readFile(join(folder, 'a.jpg')))
    .resize(96, 96)
    .jpeg()
    .toBuffer();
  const isSame = Array.from({ length: NUM_PAIRS }, (_, pair) => pair % 2);
  const images = await Promise.all(isSame.flatMap((_, pair) => [face(pair, 0), face(pair, 1)]));
  await writeVerificationSet(join(folder, 'small.bin'), images.with(5, small), isSame);
  await expect(cli('eval', 'own', '--targets', 'small.bin')).rejects.toThrow(/image 5 of .*small\.bin is 96 x 96/);
  expect(await cli('eval', 'own', '--targets', 'small.bin', '--crop')).toContain(
    'small: images cropped to their middle without alignment: 1;',
  );
});

it('compare says how alike two images are, and what a threshold makes of it', async () => {
  const same = lastLine(await cli('compare', 'own', 'a.jpg', 'a.jpg', '--threshold', '0.1', '--json'));
  expect(same).toMatchObject({ similarity: expect.closeTo(1, 5) as number, isSame: true });
  const { squaredDistance } = lastLine(await cli('compare', 'own', 'a.jpg', 'b.jpg', '--json')) as { squaredDistance: number };
  expect(squaredDistance).toBeGreaterThan(0);
});
