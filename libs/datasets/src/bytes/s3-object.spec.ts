import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { S3TestServer, useTestCredentials } from '../testing/s3-server.js';
import { BLOCK_BYTES, BlockCache } from './block-cache.js';
import { listFolder, listObjects } from './list-folder.js';
import { openByteSource } from './open-byte-source.js';
import type { RemoteAccess } from './remote-access.js';

const SIZE = Math.floor(2.5 * BLOCK_BYTES);
const PATH = 's3://faces/set/train.rec';

let restoreEnvironment: () => void;
let server: S3TestServer;
let folder: string;
let content: Buffer;
let access: RemoteAccess;

beforeAll(async () => {
  restoreEnvironment = useTestCredentials();
  server = await S3TestServer.start();
});
afterAll(async () => {
  restoreEnvironment();
  await server.stop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-s3-'));
  content = randomBytes(SIZE);
  server.objects.clear();
  server.put('faces/set/train.rec', content);
  server.log.length = 0;
  server.fault = () => null;
  server.pageSize = 1000;
  access = { cacheFolder: folder, endpoint: server.endpoint, timeoutMs: 500, attempts: 3 };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(offset: number, length: number, how = access): Promise<Buffer> {
  const source = await openByteSource(PATH, how);
  try {
    const target = new Uint8Array(length);
    return Buffer.from(target.subarray(0, await source.readInto(target, offset, length)));
  } finally {
    await source.close();
  }
}
const gets = (): number => server.log.filter((line) => line.startsWith('GET')).length;

/** Files of blocks under the cache folder. */
async function blocks(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('an object behind s3://', () => {
  it.each([
    ['with the block cache', () => access],
    ['without', () => ({ ...access, cacheFolder: undefined }) as unknown as RemoteAccess],
  ])('gives any range, %s', async (_how, how) => {
    for (const [offset, length] of [
      [0, 1],
      [BLOCK_BYTES - 3, 7],
      [10, SIZE - 20],
      [SIZE - 5, 100],
      [SIZE, 4],
      [SIZE + 9, 4],
    ] as const) {
      const { cacheFolder, ...rest } = how();
      const bytes = await read(offset, length, cacheFolder === undefined ? rest : { ...rest, cacheFolder });
      expect(bytes.equals(content.subarray(offset, offset + length)), `${offset} + ${length}`).toBe(true);
    }
  });

  it('is fetched once: later readers take the blocks from the disk', async () => {
    await read(0, SIZE);
    expect(gets()).toBe(3);
    await read(5, SIZE - 5);
    expect(gets()).toBe(3);
  });

  it('shares a block that is on its way', async () => {
    const source = await openByteSource(PATH, access);
    await Promise.all(Array.from({ length: 20 }, (_, i) => source.readInto(new Uint8Array(10), i * 100, 10)));
    expect(gets()).toBe(1);
  });

  it('is never mixed with another version: a new ETag, new blocks', async () => {
    await read(0, SIZE);
    content = randomBytes(SIZE);
    server.put('faces/set/train.rec', content);
    expect((await read(0, SIZE)).equals(content)).toBe(true);
  });

  it.each([true, false])('that changes after it was opened is a named error (cache: %s)', async (hasCache) => {
    const { cacheFolder: _, ...rest } = access;
    const source = await openByteSource(PATH, hasCache ? access : rest);
    await source.readInto(new Uint8Array(10), 0, 10);
    server.put('faces/set/train.rec', randomBytes(SIZE));
    const late = source.readInto(new Uint8Array(10), 2 * BLOCK_BYTES, 10);
    await expect(late).rejects.toMatchObject({ code: 'dataset_changed', details: { file: PATH } });
  });

  it('survives errors, silence and cut connections', async () => {
    const faults = [
      { kind: 'status', status: 500, code: 'InternalError' },
      { kind: 'cut', afterBytes: 1000 },
      { kind: 'silent' },
      { kind: 'status', status: 503, code: 'SlowDown' },
    ] as const;
    for (const fault of faults) {
      let left = 1;
      server.fault = (line) => (line.startsWith('GET') && left-- > 0 ? fault : null);
      await rm(folder, { recursive: true, force: true });
      expect((await read(0, 100)).equals(content.subarray(0, 100)), fault.kind).toBe(true);
      expect(left).toBe(-1);
    }
  });

  it.each([
    [{ kind: 'status', status: 500, code: 'InternalError' }],
    [{ kind: 'cut', afterBytes: 1000 }],
    [{ kind: 'silent' }],
  ] as const)('that cannot be had is a named error: %j', async (fault) => {
    const source = await openByteSource(PATH, access);
    server.fault = () => fault;
    await expect(source.readInto(new Uint8Array(10), 0, 10)).rejects.toMatchObject({
      code: 'storage_unavailable',
      details: { file: PATH, byte: 0 },
    });
    expect(gets()).toBe(3);
    expect(await blocks()).toEqual([]);
  });

  it('that is not there, or not ours, says so', async () => {
    await expect(openByteSource('s3://faces/nothing', access)).rejects.toMatchObject({ code: 'dataset_not_found' });
    await expect(openByteSource('s3://UPPER/x', access)).rejects.toMatchObject({ code: 'dataset_invalid' });
    server.fault = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
    await expect(openByteSource(PATH, access)).rejects.toMatchObject({ code: 'dataset_not_found', details: { status: 403 } });
  });

  it('is refused where the signature is wrong: the server checks it', async () => {
    const answer = await fetch(`${server.endpoint}/faces/set/train.rec`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' },
    });
    expect(answer.status).toBe(403);
  });
});

describe('the block cache', () => {
  it.each([
    ['cut', (bytes: Buffer) => bytes.subarray(0, 1000)],
    ['flipped', (bytes: Buffer) => bytes.fill((bytes[500] as number) ^ 1, 500, 501)],
    ['empty', () => Buffer.alloc(0)],
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
  ])('fetches a block again that is %s', async (_what, damage) => {
    await read(0, SIZE);
    for (const path of await blocks()) await writeFile(path, damage(await readFile(path)));
    server.log.length = 0;
    // Another cache folder name for the same place: a process that has not seen the blocks yet.
    expect((await read(0, SIZE, { ...access, cacheFolder: `${folder}/` })).equals(content)).toBe(true);
    expect(gets()).toBe(3);
  });

  it('stays below its size: the least recently used go first', async () => {
    const cache = new BlockCache(folder, 4 * BLOCK_BYTES);
    const object = cache.object('b', 'k', 'e');
    for (let i = 0; i < 8; i++) {
      await object.write(i, Buffer.alloc(BLOCK_BYTES, i));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await cache.sweep();
    const left = (await readdir(object.folder)).map(Number).sort();
    expect(left.length).toBeLessThanOrEqual(4);
    expect(left).toContain(7);
    expect(left).not.toContain(0);
  });

  it('serves readers and writers of several threads while it is swept', async () => {
    const module = new URL('./block-cache.js', import.meta.url).href;
    const code = `
      const { workerData, parentPort } = require('node:worker_threads');
      import(workerData.module).then(async ({ BlockCache, BLOCK_BYTES }) => {
        let bad = 0, hits = 0;
        const object = new BlockCache(workerData.folder, 6 * BLOCK_BYTES).object('b', 'k', 'e');
        for (let round = 0; round < 60; round++) {
          const index = (round * 7 + workerData.seed * 3) % 12;
          const target = new Uint8Array(64);
          if (await object.read(index, BLOCK_BYTES, 1000, 64, target)) {
            hits++;
            if (target.some((byte) => byte !== index)) bad++;
          } else await object.write(index, Buffer.alloc(BLOCK_BYTES, index));
        }
        parentPort.postMessage({ bad, hits });
      });`;
    const results = await Promise.all(
      Array.from({ length: 4 }, (_, seed) => {
        const worker = new Worker(code, { eval: true, workerData: { module, folder, seed } });
        return new Promise<{ bad: number; hits: number }>((resolve, reject) => worker.on('message', resolve).on('error', reject));
      }),
    );
    expect(results.reduce((sum, { bad }) => sum + bad, 0)).toBe(0);
    expect(results.reduce((sum, { hits }) => sum + hits, 0)).toBeGreaterThan(0);
    expect((await blocks()).filter((path) => path.includes('.tmp-'))).toEqual([]);
  });
});

describe('listing a bucket', () => {
  it('goes through all pages, escapes included', async () => {
    server.pageSize = 2;
    const keys = ['a/1.jpg', 'a/2 & <3>.jpg', 'b/ü.png', 'b/z+%.png', 'property'];
    for (const key of keys) server.put(`faces/folder/${key}`, content.subarray(0, key.length));
    const found: string[] = [];
    for await (const { name, sizeBytes } of listObjects('s3://faces/folder/', access)) {
      found.push(name);
      expect(sizeBytes).toBe(name.length);
    }
    expect(found.sort()).toEqual([...keys].sort());
    expect((await listFolder('s3://faces/folder', access)).sort()).toEqual(['a', 'b', 'property']);
    await expect(listFolder('s3://faces/elsewhere', access)).rejects.toMatchObject({ code: 'dataset_not_found' });
  });
});
