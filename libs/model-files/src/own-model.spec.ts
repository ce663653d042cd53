import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNetwork } from '#model-zoo';
import { openOwnModel, writeOwnModel } from './own-model.js';
import { randomValues } from './testing/random-values.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'arcfleet-own-model-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a description is read up to 1 MiB; a larger one is refused, naming its size', async () => {
  const network = createNetwork({ name: 'tiny', embeddingSize: 8, height: 16, width: 16, output: 'E' });
  const stem = join(folder, 'model');
  await writeOwnModel(stem, network, randomValues(network));
  const location = { kind: 'arcfleet', description: `${stem}.json`, stem } as const;
  await (await openOwnModel(location)).close();
  await appendFile(`${stem}.json`, ' '.repeat(2 ** 20));
  await expect(openOwnModel(location)).rejects.toMatchObject({
    code: 'checkpoint_corrupt',
    message: expect.stringMatching(/model\.json: .* bytes; at most 1048576 are read/) as string,
  });
});
