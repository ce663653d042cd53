import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileEntry, ModelFiles, PendingFiles, TaskView } from '#contracts';
import { createTask } from '#persistence';
import { ApiScene, problemOf } from '../testing/api-scene.js';
import { ModelScene } from '../testing/model-scene.js';

let scene: ModelScene;
let id: string;
let weights: Buffer;
let entry: FileEntry;
const NAME = 'model.safetensors';

beforeAll(async () => {
  scene = await ModelScene.open();
  weights = randomBytes(100_000);
  entry = await scene.write('runs/run_x/model/g1-s10', NAME, weights);
  const description = await scene.write('runs/run_x/model/g1-s10', 'model.json', Buffer.from('{}'));
  id = await scene.aModel({ name: 'faces', folder: 'runs/run_x/model/g1-s10', files: [entry, description] });
});
afterAll(async () => {
  await scene?.close();
});

const path = (name = NAME, format = 'arcfleet') => `/models/${id}/files/${format}/${name}`;
const get = (headers: Record<string, string> = {}) => scene.api.get(path()).set(headers).buffer(true).parse(toBuffer);

describe('files of a model', () => {
  it('are listed with checksums, and come whole with their digest', async () => {
    const list = (await scene.api.get('/models/faces@1/files').expect(200)).body as ModelFiles;
    expect(list).toMatchObject({
      modelId: id,
      format: 'arcfleet',
      files: [{ name: NAME, sizeBytes: 100_000 }, { name: 'model.json' }],
    });
    expect(list.files[0]!.url).toMatch(new RegExp(`${path()}$`));
    const whole = await get().expect(200);
    expect(weights.equals(whole.body as Buffer)).toBe(true);
    const sha256 = createHash('sha256').update(weights).digest('base64');
    expect(whole.headers).toMatchObject({
      'content-length': '100000',
      'repr-digest': `sha-256=:${sha256}:`,
      etag: `"${entry.sha256}"`,
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="faces-v1-${NAME}"`,
    });
    const head = await scene.api.get(path()).set('Range', 'bytes=0-0').expect(206);
    expect(head.headers['content-range']).toBe('bytes 0-0/100000');
  });

  it('answer HEAD with the same headers and nothing else', async () => {
    const response = await fetch(`${scene.api.url}${path()}`, { method: 'HEAD', headers: scene.api.headers });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '100000']);
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=99990-', 99_990, 99_999],
    ['bytes=-10', 99_990, 99_999],
    ['bytes=-200000', 0, 99_999],
    ['bytes=5-999999999', 5, 99_999],
    ['bytes=99999-99999', 99_999, 99_999],
  ])('send %s', async (range, start, end) => {
    const part = await get({ Range: range }).expect(206);
    expect(part.headers['content-range']).toBe(`bytes ${start}-${end}/100000`);
    expect(part.headers['content-length']).toBe(String(end - start + 1));
    expect(weights.subarray(start, end + 1).equals(part.body as Buffer)).toBe(true);
  });

  it.each(['bytes=100000-', 'bytes=-0', 'bytes=200000-300000'])('have nothing at %s', async (range) => {
    const response = await scene.api.get(path()).set('Range', range).expect(416);
    expect(problemOf(response).code).toBe('range_not_satisfiable');
    expect(response.headers['content-range']).toBe('bytes */100000');
  });

  it.each(['bytes=5-2', 'bytes=0-1,5-6', 'bytes=a-b', 'items=0-1', 'bytes=-', 'bytes=9999999999999999-'])(
    'take %s for no range',
    async (range) => {
      expect(weights.equals((await get({ Range: range }).expect(200)).body as Buffer)).toBe(true);
    },
  );

  it('are not sent to who has them, and a range only of the file that was begun with', async () => {
    await scene.api.get(path()).set('If-None-Match', `"x", W/"${entry.sha256}"`).expect(304);
    await scene.api.get(path()).set('If-None-Match', '*').expect(304);
    await get({ Range: 'bytes=0-9', 'If-Range': `"${entry.sha256}"` }).expect(206);
    expect(weights.equals((await get({ Range: 'bytes=0-9', 'If-Range': '"another"' }).expect(200)).body as Buffer)).toBe(true);
  });

  it.each([['model.txt'], ['..%2F..%2F..%2Fsecret'], ['%2Fetc%2Fpasswd'], [`${NAME}%00`], ['..%5Csecret'], ['.']])(
    'are only those of the row, not %s',
    async (name) => {
      await writeFile(join(scene.storageRoot, 'runs/secret'), 'treasure');
      const response = await scene.api.get(path(name));
      expect(response.status).toBe(404);
      expect(response.text).not.toContain('treasure');
      await scene.api.get(path(NAME, '..%2F..%2Fruns')).expect(404);
    },
  );

  it('are refused when they are not the ones that were stored', async () => {
    const folder = 'runs/run_bad/model/g1-s1';
    const cut = await scene.write(folder, 'cut.bin', Buffer.alloc(50));
    await truncate(join(scene.storageRoot, folder, 'cut.bin'), 49);
    await writeFile(join(scene.storageRoot, 'outside.bin'), 'x');
    await symlink('/etc/hostname', join(scene.storageRoot, folder, 'link.bin'));
    const files = [cut, { ...cut, path: 'gone.bin' }, { ...cut, path: 'link.bin' }];
    const bad = await scene.aModel({ folder, files });
    for (const { path: name } of files) {
      const response = await scene.api.get(`/models/${bad}/files/arcfleet/${name}`).expect(500);
      expect(problemOf(response).code).toBe('checkpoint_corrupt');
      expect(response.text).not.toContain(scene.storageRoot);
    }
    const elsewhere = await scene.aModel({ folder: '../../etc', files: [{ ...cut, path: 'hostname' }] });
    expect(problemOf(await scene.api.get(`/models/${elsewhere}/files/arcfleet/hostname`).expect(500)).code).toBe(
      'checkpoint_corrupt',
    );
  });

  it('are read to their end when the model is deleted meanwhile, and are not there for who comes later', async () => {
    const folder = 'runs/run_going/model/g1-s1';
    const bytes = randomBytes(20_000_000);
    const file = await scene.write(folder, 'going.bin', bytes);
    const model = await scene.aModel({ folder, files: [file] });
    const answer = await fetch(`${scene.api.url}/models/${model}/files/arcfleet/going.bin`, { headers: scene.api.headers });
    const reader = answer.body!.getReader();
    const hash = createHash('sha256').update((await reader.read()).value!);
    await scene.api.delete(`/models/${model}`).expect(204);
    await rm(join(scene.storageRoot, folder), { recursive: true });
    for (let part = await reader.read(); !part.done; part = await reader.read()) hash.update(part.value);
    expect(hash.digest('hex')).toBe(file.sha256);
    await scene.api.get(`/models/${model}/files/arcfleet/going.bin`).expect(404);
  });

  it('of a pipe are refused, and nobody waits for it', async () => {
    const folder = 'runs/run_pipe/model/g1-s1';
    const file = await scene.write(folder, 'pipe.bin', Buffer.alloc(1));
    await rm(join(scene.storageRoot, folder, 'pipe.bin'));
    execFileSync('mkfifo', [join(scene.storageRoot, folder, 'pipe.bin')]);
    const model = await scene.aModel({ folder, files: [file] });
    expect(problemOf(await scene.api.get(`/models/${model}/files/arcfleet/pipe.bin`).expect(500)).code).toBe(
      'checkpoint_corrupt',
    );
  });

  it('leave no file open when the client hangs up', async () => {
    const folder = 'runs/run_big/model/g1-s1';
    const big = await scene.write(folder, 'big.bin', Buffer.alloc(20_000_000));
    const model = await scene.aModel({ folder, files: [big] });
    await new Promise<void>((resolve) => {
      const client = httpRequest(`${scene.api.url}/models/${model}/files/arcfleet/big.bin`, (response) => {
        response.once('data', () => client.destroy());
        response.once('close', resolve);
      });
      client.on('error', () => undefined);
      client.end();
    });
    while ((await openFiles()).some((file) => file.endsWith('big.bin'))) await new Promise((resolve) => setTimeout(resolve, 20));
    await get().expect(200);
  });

  it('cannot be had where no storage is known, and that is said', async () => {
    const bare = await ApiScene.open();
    try {
      const folder = 'runs/r/model/g1-s1';
      await bare.source.query(
        `insert into models (id, name, version, folder, network, embedding_size, files, accuracies, is_best, is_last, source)
         values ('mdl_0123456789abcdefghjk', 'x', 1, $1, 'y1', 2, $2, '[]', false, true, 'import')`,
        [folder, JSON.stringify([entry])],
      );
      const response = await bare.get(`/models/x@1/files/arcfleet/${NAME}`).expect(503);
      expect(problemOf(response)).toMatchObject({ code: 'unavailable' });
      expect(problemOf(response).detail).toContain('ARCFLEET_STORAGE');
      await bare.get('/models/x@1/files').expect(200);
    } finally {
      await bare.close();
    }
  });
});

describe('other formats', () => {
  const ask = (model: string, query = 'format=onnx') =>
    scene.api.get(`/models/${model}/files?${query}`).then((response) => response);

  it('are made by one task, however many ask at once, and lie there from then on', async () => {
    const model = await scene.aModel({ name: 'exported' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(model)));
    expect(answers.map(({ status }) => status)).toEqual(new Array(6).fill(202));
    const tasks = new Set(answers.map(({ body }) => (body as PendingFiles).taskId));
    expect(tasks.size).toBe(1);
    const [taskId] = [...tasks] as [string];
    expect(answers[0]!.headers['location']).toMatch(new RegExp(`/tasks/${taskId}$`));
    const task = (await scene.api.get(`/tasks/${taskId}`).expect(200)).body as TaskView;
    expect(task.work).toMatchObject({ task: 'model.export', modelId: model, format: 'onnx', to: `exports/${model}/onnx` });
    expect(problemOf(await scene.api.delete(`/models/${model}`).expect(409)).detail).toContain(
      `the task ${taskId} has not ended`,
    );

    const folder = `exports/${model}/onnx/${taskId}-g1`;
    const file = await scene.write(folder, 'model.onnx', Buffer.from('graph'));
    await scene.complete(taskId, { task: 'model.export', folder, files: [file] });
    const list = (await ask(model)).body as ModelFiles;
    expect(list).toMatchObject({ format: 'onnx', files: [{ name: 'model.onnx', sizeBytes: 5 }] });
    const whole = await scene.api.get(`/models/exported@1/files/onnx/model.onnx`).buffer(true).parse(toBuffer).expect(200);
    expect(whole.body).toEqual(Buffer.from('graph'));
    await scene.api.get(`/models/${model}/files/mxnet/model.onnx`).expect(404);
  });

  it('are made for who may write models; who may only read gets what is there', async () => {
    const other = await scene.aModel();
    const reader = scene.api.as(await scene.api.aKey('*:read'));
    for (const method of ['get', 'head'] as const) {
      const response = await reader.request(method, `/models/${other}/files?format=onnx`).expect(403);
      expect(response.headers['www-authenticate']).toContain('scope="models:write"');
    }
    expect(await scene.api.source.query('select from model_exports where model_id = $1', [other])).toEqual([]);
    const { taskId } = (await scene.api.get(`/models/${other}/files?format=onnx`).expect(202)).body as PendingFiles;
    expect((await reader.get(`/models/${other}/files?format=onnx`).expect(202)).body).toMatchObject({ taskId });
  });

  it('that failed say why, and are tried again when that is asked for', async () => {
    const model = await scene.aModel();
    const { taskId } = (await ask(model, 'format=safetensors')).body as PendingFiles;
    await scene.api.move(taskId, 'failed');
    const failed = await ask(model, 'format=safetensors');
    expect(problemOf(failed).detail).toContain('retry=true');
    const again = await ask(model, 'format=safetensors&retry=true');
    expect(again.status).toBe(202);
    expect((again.body as PendingFiles).taskId).not.toBe(taskId);
    // The first one, late, changes nothing.
    await scene.api.source.transaction((manager) =>
      createTask(manager, { task: 'model.remove', models: [{ id: 'x', folders: ['y'] }] }),
    );
    expect((await ask(model, 'format=safetensors&retry=true')).body).toEqual(again.body);
  });

  it('that lie where no export belongs are none', async () => {
    const model = await scene.aModel();
    const { taskId } = (await ask(model)).body as PendingFiles;
    await scene.complete(taskId, { task: 'model.export', folder: 'runs/run_x/model/g1-s10', files: [entry] });
    expect(problemOf(await ask(model)).code).toBe('internal');
    await scene.api.get(`/models/${model}/files/onnx/${NAME}`).expect(404);
  });

  it('there are none of a graph, and of a model that is not ready', async () => {
    const graph = await scene.aModel({ format: 'onnx', source: 'import' });
    expect(problemOf(await ask(graph, 'format=mxnet'))).toMatchObject({ code: 'model_mismatch', status: 422 });
    expect((await ask(graph)).status).toBe(200);
    expect(problemOf(await ask(await scene.aModel({ state: 'importing' }))).code).toBe('conflict');
    await scene.api.get(`/models/${graph}/files?format=exe`).expect(422);
  });
});

async function openFiles(): Promise<string[]> {
  const { readdir, readlink } = await import('node:fs/promises');
  const numbers = await readdir('/proc/self/fd').catch(() => []);
  return Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')));
}

function toBuffer(response: unknown, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  const stream = response as NodeJS.ReadableStream;
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(null, Buffer.concat(chunks)));
  stream.on('error', (error: Error) => done(error, Buffer.alloc(0)));
}
