import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiClient } from '../follow/api-client.js';
import { downloadModel, type Download } from './download-model.js';

const BYTES = randomBytes(50_000);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const ID = 'mdl_00000000000000000000';

let folder: string;
let server: Server;
let requests: IncomingMessage[];
/** What the next answers are. */
let sent: Buffer;
let name: string;
let pending: number;
/** Bytes after which nothing more is sent, until `cut` breaks the connection. */
let breaksAt: number;
let cut: () => void;

beforeEach(async () => {
  [requests, sent, name, pending, breaksAt] = [[], BYTES, 'model.onnx', 0, Infinity];
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-download-'));
  server = createServer((request, response) => {
    requests.push(request);
    if (request.url!.includes('/files?')) {
      const files = [{ name, sizeBytes: BYTES.length, sha256: SHA256, url: 'ignored' }];
      const isPending = pending-- > 0;
      response.writeHead(isPending ? 202 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ modelId: ID, format: 'onnx', ...(isPending ? { taskId: 'tsk_1' } : { files }) }));
      return;
    }
    const [, from] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
    const body = sent.subarray(Number(from ?? 0));
    response.writeHead(from === undefined ? 200 : 206, { 'content-length': body.length });
    if (body.length <= breaksAt) response.end(body);
    else {
      response.write(body.subarray(0, breaksAt));
      cut = () => response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const download = (options: Partial<Download> = {}) =>
  downloadModel({
    api: new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ref: 'faces@production',
    folder,
    format: 'onnx',
    retry: false,
    force: false,
    say: () => undefined,
    ...options,
  });

it('waits for the export, and names a file when it is the one of the registry', async () => {
  pending = 1;
  const said: string[] = [];
  const path = join(folder, 'model.onnx');
  expect(await download({ say: (text) => said.push(text) })).toEqual([{ path, sizeBytes: BYTES.length, sha256: SHA256 }]);
  expect(await readFile(path)).toEqual(BYTES);
  expect(said).toEqual(['faces@production is exported to onnx by tsk_1']);
  expect(requests[0]!.url).toBe('/models/faces%40production/files?format=onnx');
  await expect(download()).rejects.toMatchObject({ code: 'conflict' });
  await download({ force: true });
});

it('goes on where it was cut off', async () => {
  breaksAt = 20_000;
  const part = `model.onnx.${SHA256.slice(0, 8)}.part`;
  const first = expect(download()).rejects.toThrow();
  for (;;) {
    const { size } = await stat(join(folder, part)).catch(() => ({ size: 0 }));
    if (size > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  cut();
  await first;
  expect(await readdir(folder)).toEqual([part]);
  breaksAt = Infinity;
  await download();
  expect(requests.at(-1)!.headers).toMatchObject({ 'if-range': `"${SHA256}"` });
  expect(requests.at(-1)!.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  expect(await readFile(join(folder, 'model.onnx'))).toEqual(BYTES);
});

it('keeps nothing that is not what was stored', async () => {
  sent = randomBytes(50_000);
  await expect(download()).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
  expect(await readdir(folder)).toEqual([]);
});

it.each(['../evil', '/etc/x', 'a/b', '.bashrc', ''])('writes nothing to %j', async (evil) => {
  name = evil;
  await expect(download()).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
  await writeFile(join(folder, 'mine'), '');
  expect(await readdir(folder)).toEqual(['mine']);
});
