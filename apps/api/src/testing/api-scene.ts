import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request, { type Test } from 'supertest';
import type { DataSource } from 'typeorm';
import { freshDatabase, type Fresh } from '#test-support';
import {
  createRunSchema,
  runConfigSchema,
  type CreateRunInput,
  type Problem,
  type RunStatus,
  type TransitionReason,
} from '#contracts';
import { CHANNELS, createDataSource, createRun, runMigrations, startListener, transitionRun, type Listener } from '#persistence';
import { createLogger } from '#telemetry';
import { createApp } from '../create-app.js';
import { RunEventHub } from '../runs/run-event-hub.js';
import { ApiSettings } from '../settings.js';

export const PUBLIC_URL = 'https://arcfleet.test';
export const VERSION = '1.2.3';

/** The smallest body that makes a run. */
export function aBody(overrides: Partial<CreateRunInput> & Record<string, unknown> = {}): CreateRunInput {
  return { dataset: { path: '/data/faces' }, maxSteps: 10, ...overrides };
}

/** Of the moves that a spec makes past the services. */
const REASONS: Record<RunStatus, TransitionReason> = {
  queued: 'stopped',
  starting: 'admitted',
  running: 'training',
  succeeded: 'completed',
  failed: 'internal',
  canceling: 'canceled_by_user',
  canceled: 'canceled_by_user',
};

/** The API on a port, wired as `main.ts` does it, with a database of its own. */
export class ApiScene {
  logLines: readonly string[] = [];
  url = '';
  private isOpen = true;

  private constructor(
    private readonly database: Fresh,
    /** The test's own connections, which no trouble of the API's touches. */
    readonly source: DataSource,
    private readonly apiSource: DataSource,
    private readonly listener: Listener,
    readonly app: NestExpressApplication,
  ) {}

  /** @param route turns the database's URL into the one that the API gets; default: the same. */
  static async open({
    route = (url) => Promise.resolve(url),
    ...settings
  }: {
    route?: (databaseUrl: string) => Promise<string>;
    webhookAllowPrivate?: boolean;
    pingMs?: number;
  } = {}): Promise<ApiScene> {
    const database = await freshDatabase();
    const source = await createDataSource(database.url, { poolSize: 4 }).initialize();
    await runMigrations(source);
    const apiSource = await createDataSource(await route(database.url), { poolSize: 6 }).initialize();
    const lines: string[] = [];
    const app = await createApp(
      apiSource,
      new ApiSettings({ publicUrl: PUBLIC_URL, version: VERSION, webhookAllowPrivate: false, ...settings }),
      createLogger({ service: 'api', level: 'debug', write: (line) => lines.push(line) }),
    );
    const hub = app.get(RunEventHub);
    const listener = startListener(database.url, [CHANNELS.events], { onNotify: (_, runId) => hub.notify(runId) });
    await listener.ready;
    await app.listen(0, '127.0.0.1');
    const scene = new ApiScene(database, source, apiSource, listener, app);
    scene.logLines = lines;
    scene.url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    return scene;
  }

  get(path: string): Test {
    return request(this.url).get(path);
  }

  post(path: string, body?: unknown): Test {
    return withBody(request(this.url).post(path), body);
  }

  put(path: string, body?: unknown): Test {
    return withBody(request(this.url).put(path), body);
  }

  patch(path: string, body?: unknown): Test {
    return withBody(request(this.url).patch(path), body);
  }

  delete(path: string): Test {
    return request(this.url).delete(path);
  }

  /** A run written past the API, moved through `statuses`. */
  async aRun(...statuses: RunStatus[]): Promise<string> {
    const { webhooks, ...config } = createRunSchema.parse(aBody());
    const id = await this.source.transaction((manager) => createRun(manager, runConfigSchema.parse(config), webhooks as []));
    for (const status of statuses) await this.move(id, status);
    return id;
  }

  async move(id: string, status: RunStatus): Promise<void> {
    await this.source.transaction((manager) => transitionRun(manager, id, status, { reason: REASONS[status], message: status }));
  }

  /** Rows of every table that `POST /runs` writes. */
  async countRows(): Promise<Record<string, number>> {
    const [counts] = await this.source.query<Record<string, number>[]>(
      `select (select count(*)::int from runs) as runs, (select count(*)::int from webhook_endpoints) as endpoints,
              (select count(*)::int from run_events) as events, (select count(*)::int from webhook_deliveries) as deliveries,
              (select count(*)::int from idempotency_keys) as keys`,
    );
    return counts ?? {};
  }

  async closeApp(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    await this.app.close();
  }

  async close(): Promise<void> {
    // fetch keeps idle connections for seconds, and the server would wait for them.
    this.app.getHttpServer().closeAllConnections();
    await this.closeApp();
    await this.listener.close();
    await this.apiSource.destroy();
    await this.source.destroy();
    await this.database.release();
  }
}

const withBody = (test: Test, body: unknown): Test => (body === undefined ? test : test.send(body as object));

/** The body of a problem answer; throws when it is no `application/problem+json`. */
export function problemOf(response: { text: string; type: string }): Problem {
  if (response.type !== 'application/problem+json') throw new Error(`no problem but ${response.type}: ${response.text}`);
  return JSON.parse(response.text) as Problem;
}

export const pointersOf = (response: { text: string; type: string }): string[] =>
  problemOf(response).errors?.map(({ pointer }) => pointer) ?? [];
