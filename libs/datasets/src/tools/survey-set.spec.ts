import { appendFileSync, statSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkFingerprint } from '../fingerprint.js';
import { encodeImageRecord } from '../recordio/record-format.js';
import { RecordWriter } from '../recordio/record-writer.js';
import { picture, writeFaceFolders } from '../testing/face-folders.js';
import { S3TestServer, useTestCredentials } from '../testing/s3-server.js';
import { writeVerificationSet } from '../verification-set.js';
import { convertSet } from './convert-set.js';
import { inspectSet } from './inspect-set.js';
import { shuffleSet } from './shuffle-set.js';
import { surveySet } from './survey-set.js';

let root: string;
let folder: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'arcfleet-survey-'))));
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
  await writeFaceFolders(join(folder, 'in'), { anna: 3, bert: 2, cleo: 2 });
  const images = await Promise.all(Array.from({ length: 20 }, (_, i) => picture(i)));
  await writeVerificationSet(join(folder, 'in', 'lfw.bin'), images, [1, 0, 1, 0, 1, 0, 1, 0, 1, 1]);
  await convertSet(join(folder, 'in'), join(folder, 'set'));
});
const at = (name: string): string => join(folder, 'set', name);
const emore = { kind: 'faces_emore' } as const;

describe('surveySet', () => {
  it('says of either kind what inspectSet says, with the same digest', async () => {
    for (const [kind, path] of [
      ['faces_emore', join(folder, 'set')],
      ['image_folder', join(folder, 'in')],
    ] as const) {
      const { images, identities, width, height, imageBytes, perIdentity, targets, digest } = await inspectSet(path);
      const progress: [number, number][] = [];
      const { facts, problems } = await surveySet(path, { kind, onProgress: (...each) => progress.push(each) });
      expect(problems).toEqual([]);
      expect(facts).toMatchObject({ images, identities, width, height, imageBytes, perIdentity, targets, digest });
      expect(targets).toEqual({ lfw: { pairs: 10, same: 6 } });
      const [last, total] = progress.at(-1) ?? [0, -1];
      expect(last).toBe(total);
    }
  });

  it('has the digest of the keys where records lie in another order', async () => {
    await shuffleSet(join(folder, 'set'), join(folder, 'shuffled'), { seed: 3 });
    const [first, second] = [join(folder, 'a'), join(folder, 'b')];
    for (const [target, order] of [
      [first, [1, 2, 3, 4]],
      [second, [3, 1, 4, 2]],
    ] as const) {
      await convertSet(join(folder, 'in'), target); // for its property
      const writer = await RecordWriter.create(join(target, 'train.rec'), join(target, 'train.idx'));
      for (const key of order) await writer.append(key, encodeImageRecord([(key - 1) % 3], key, await picture(key)));
      await writer.close();
    }
    const [one, other] = await Promise.all([surveySet(first, emore), surveySet(second, emore)]);
    expect(one.facts?.digest).toBe((await inspectSet(first)).digest);
    expect(other.facts?.digest).toBe(one.facts?.digest);
    expect(other.facts?.fingerprint).not.toBe(one.facts?.fingerprint);
    expect((await surveySet(join(folder, 'shuffled'), emore)).facts?.digest).toBe(
      (await inspectSet(join(folder, 'shuffled'))).digest,
    );
  });

  it('gives no facts of a set that is broken, and names what is', async () => {
    const { size } = statSync(at('train.rec'));
    await truncate(at('train.rec'), size - 100);
    const cut = await surveySet(join(folder, 'set'), emore);
    expect(cut.facts).toBeNull();
    expect(cut.numProblems).toBeGreaterThan(0);
    expect(cut.problems[0]?.where).toContain('train.');
    await writeFile(at('property'), 'x'.repeat(1_000_000));
    await writeFile(at('train.idx'), '1\t99999999999999999999\n');
    await writeFile(at('lfw.bin'), "cos\nsystem\n(S'true'\ntR.");
    const hostile = await surveySet(join(folder, 'set'), emore);
    expect(hostile.facts).toBeNull();
    const text = hostile.problems.map(({ where, message }) => `${where}: ${message}`).join('\n');
    for (const part of ['property', 'train.idx', 'lfw.bin']) expect(text).toContain(part);
    expect(JSON.stringify(hostile).length).toBeLessThan(200_000);
  });

  it('takes what is missing, of another kind or misnamed for a problem', async () => {
    const none = await surveySet(join(folder, 'nothing'), emore);
    expect(none).toMatchObject({ facts: null, numProblems: 1 });
    const noRecords = await surveySet(join(folder, 'in'), emore);
    expect(noRecords.facts).toBeNull();
    const noFolders = await surveySet(join(folder, 'set'), { kind: 'image_folder' });
    expect(noFolders.facts).toBeNull();
    await rename(at('lfw.bin'), at('lfw set.bin'));
    const misnamed = await surveySet(join(folder, 'set'), emore);
    expect(misnamed).toMatchObject({
      facts: null,
      numProblems: 1,
      problems: [{ where: expect.stringContaining('lfw set.bin') }],
    });
  });

  it('stops between two images', async () => {
    const stopping = new AbortController();
    let seen = 0;
    const onProgress = (): void => {
      if (++seen === 2) stopping.abort(new Error('stop'));
    };
    for (const [kind, path] of [
      ['faces_emore', join(folder, 'set')],
      ['image_folder', join(folder, 'in')],
    ] as const) {
      await expect(surveySet(path, { kind, signal: stopping.signal, onProgress })).rejects.toThrow('stop');
    }
    expect(seen).toBeLessThan(7);
  });

  it('tells files that change while they are read', async () => {
    let isDone = false;
    const onProgress = (): void => {
      if (!isDone) appendFileSync(at('train.idx'), '\n');
      isDone = true;
    };
    const survey = surveySet(join(folder, 'set'), { ...emore, onProgress });
    await expect(survey).rejects.toMatchObject({ code: 'dataset_changed' });
  });

  it('reads s3:// as training does', async () => {
    const server = await S3TestServer.start();
    const restore = useTestCredentials();
    try {
      for (const [name, kind] of [
        ['set', 'faces_emore'],
        ['in', 'image_folder'],
      ] as const) {
        const local = join(folder, name);
        for (const entry of await readdir(local, { recursive: true, withFileTypes: true })) {
          const path = join(entry.parentPath, entry.name);
          if (entry.isFile()) server.put(`data/${name}/${relative(local, path)}`, await readFile(path));
        }
        const access = { endpoint: server.endpoint };
        const here = await surveySet(local, { kind });
        const there = await surveySet(`s3://data/${name}`, { kind, access });
        expect(there.problems).toEqual([]);
        expect(there.facts).toEqual(here.facts);
        await checkFingerprint({ kind, path: `s3://data/${name}`, ...there.facts! }, access);
      }
    } finally {
      restore();
      await server.stop();
    }
  });
});

describe('checkFingerprint', () => {
  it('passes what is as it was, and names what is not', async () => {
    const path = join(folder, 'set');
    const { facts } = await surveySet(path, emore);
    const pinned = { ...emore, path, ref: 'faces@abc', fingerprint: facts!.fingerprint, files: facts!.files };
    await checkFingerprint(pinned);
    await checkFingerprint({ ...emore, path: '/nowhere' });
    await appendFile(at('train.rec'), Buffer.alloc(4));
    await writeFile(at('new.bin'), 'x');
    await rm(at('lfw.bin'));
    const idx = await readFile(at('train.idx'), 'utf8');
    await writeFile(at('train.idx'), idx.replace(/\d\n$/, '0\n'));
    await expect(checkFingerprint(pinned)).rejects.toMatchObject({
      code: 'dataset_changed',
      message: expect.stringMatching(/faces@abc.*lfw\.bin is gone.*train\.rec has \d+ bytes, not \d+.*new\.bin is new/s),
    });
    await rm(at('train.rec'));
    await expect(checkFingerprint(pinned)).rejects.toMatchObject({ code: 'dataset_changed' });
  });

  it('sees an image of a folder that was renamed or replaced', async () => {
    const path = join(folder, 'in');
    const kind = 'image_folder' as const;
    const { facts } = await surveySet(path, { kind });
    const pinned = { kind, path, fingerprint: facts!.fingerprint, files: facts!.files };
    await checkFingerprint(pinned);
    const [image] = await readdir(join(path, 'anna'));
    await rename(join(path, 'anna', image!), join(path, 'anna', `other-${image}`));
    await expect(checkFingerprint(pinned)).rejects.toThrow('images have other names or sizes');
  });
});
