import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '#formats';
import { refuseExistingResults, writeResults } from './write-results.js';

describe('writeResults', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arcfleet-results-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const results = {
    target: 'lfw',
    similarities: Float64Array.of(0.5, -0.25),
    embeddings: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    dim: 2,
    isSame: Uint8Array.of(1, 0),
  };

  it('writes a row per pair and a row per image, of embeddings that lie anywhere in memory', async () => {
    const [scoresOut, embeddingsOut] = [join(folder, 'a/scores'), join(folder, 'a/embeddings')];
    const { embeddings } = results;
    await writeResults({ ...results, embeddings: embeddings.subarray(2) }, { scoresOut, embeddingsOut });
    expect(await readNpy(join(scoresOut, 'lfw.npy'))).toEqual({ rows: 2, columns: 1, values: Float32Array.of(0.5, -0.25) });
    expect(await readNpy(join(embeddingsOut, 'lfw.npy'))).toEqual({ rows: 3, columns: 2, values: embeddings.slice(2) });
    expect(await readdir(scoresOut)).toEqual(['lfw.npy']);
    expect(await readFile(join(embeddingsOut, 'lfw.issame.json'), 'utf8')).toBe('[true,false]');
  });

  it('writes what was asked for only, and no scores where there are no pairs', async () => {
    const scoresOut = join(folder, 'b');
    await writeResults(results, {});
    await writeResults({ ...results, similarities: null }, { scoresOut });
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('finds what is in the way before anything is computed, unless it may be replaced', async () => {
    const folders = { scoresOut: join(folder, 'c/scores'), embeddingsOut: join(folder, 'c/embeddings') };
    refuseExistingResults(['agedb_30', 'lfw'], folders, false);
    await writeResults(results, folders);
    const refuse = (asked: typeof folders | { embeddingsOut: string }) => () =>
      refuseExistingResults(['agedb_30', 'lfw'], asked, false);
    expect(refuse(folders)).toThrow(/c\/scores\/lfw\.npy is there already; --force replaces it/);
    expect(refuse({ embeddingsOut: folders.embeddingsOut })).toThrow(/c\/embeddings\/lfw\.npy is there/);
    await rm(join(folders.embeddingsOut, 'lfw.npy'));
    expect(refuse({ embeddingsOut: folders.embeddingsOut })).toThrow(/c\/embeddings\/lfw\.issame\.json is there/);
    refuseExistingResults(['agedb_30', 'lfw'], folders, true);
    expect(() => refuseExistingResults(['lfw'], { scoresOut: folder, embeddingsOut: folder }, true)).toThrow(
      /folders of their own/,
    );
  });
});
