import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileEntry, RecordBody, TaskResult } from '#contracts';
import { admitRun, commitRecords, ModelEntity, newId } from '#persistence';
import { ApiScene } from './api-scene.js';

/** The API with a storage folder, models in it, and tasks that end as a test says. */
export class ModelScene {
  private constructor(
    readonly api: ApiScene,
    readonly storageRoot: string,
  ) {}

  static async open(): Promise<ModelScene> {
    const storageRoot = await mkdtemp(join(tmpdir(), 'arcfleet-models-'));
    return new ModelScene(await ApiScene.open({ storageRoot }), storageRoot);
  }

  async close(): Promise<void> {
    await this.api?.close();
    await rm(this.storageRoot, { recursive: true, force: true });
  }

  /** A stored model of a run of its own that has ended. */
  async aModel(values: Partial<Omit<ModelEntity, 'error'>> = {}): Promise<string> {
    const runId = await this.api.aRun('starting', 'running', 'succeeded');
    const id = newId('mdl');
    const name = values.name ?? `m${id.slice(4)}`;
    const of = { runId, generation: 1, step: 10, folder: `runs/${runId}/model/g1-s10`, network: 'y1', embeddingSize: 16 };
    const flags = { files: [], accuracies: [], isBest: false, isLast: true };
    await this.api.source.manager.insert(ModelEntity, { ...of, ...flags, version: 1, ...values, id, name });
    return id;
  }

  /** Writes a file into the storage. */
  async write(folder: string, name: string, bytes: Uint8Array): Promise<FileEntry> {
    await mkdir(join(this.storageRoot, folder), { recursive: true });
    await writeFile(join(this.storageRoot, folder, name), bytes);
    return { path: name, sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  /** What a worker does that takes the task and comes to this result. */
  async complete(taskId: string, result: TaskResult): Promise<void> {
    const { source } = this.api;
    const admission = { worldSize: 1, claimUntil: new Date(Date.now() + 60_000) };
    const generation = await source.transaction((manager) => admitRun(manager, taskId, admission));
    const bodies: RecordBody[] = [
      { type: 'rank.claimed', workerId: 'w', slot: 0 },
      { type: 'task.completed', result },
      { type: 'rank.finished', outcome: 'succeeded', step: 1 },
    ];
    const at = new Date().toISOString();
    const records = bodies.map((body, seq) => ({
      runId: taskId,
      generation: generation!,
      rank: 0,
      seq,
      workerId: 'w',
      at,
      body,
    }));
    await source.transaction((manager) => commitRecords(manager, taskId, records));
    await this.api.move(taskId, 'succeeded');
  }

  /** Types and data of the webhooks that tell of a model, oldest first. */
  async newsOf(modelId: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
    const rows = await this.api.source.query<{ body: string }[]>('select body from webhook_deliveries order by created_at, id');
    return rows
      .map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> })
      .filter(({ data }) => data['modelId'] === modelId);
  }

  /** Somebody who hears of everything. */
  async anEndpoint(): Promise<void> {
    await this.api.source.query(
      `insert into webhook_endpoints (id, run_id, url, secret) values ($1, null, 'https://receiver.test/', 'whsec_x')`,
      [newId('whep')],
    );
  }
}
