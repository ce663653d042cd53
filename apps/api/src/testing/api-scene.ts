import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request, { type Test } from 'supertest';
import type { DataSource } from 'typeorm';
import { freshDatabase, type Fresh } from '#test-support';
import {
  createRunSchema,
  runConfigSchema,
  type CreateRunInput,
  type Grant,
  type Problem,
  type RunStatus,
  type TransitionReason,
} from '#contracts';
import {
  CHANNELS,
  createDataSource,
  createKey,
  createRun,
  runMigrations,
  startListener,
  transitionRun,
  type Listener,
} from '#persistence';
import { createLogger } from '#telemetry';
import { KeyNews } from '../access/key-news.js';
import type { AccessSettings } from '../access/settings.js';
import { createApp } from '../create-app.js';
import { STREAM_CHANNELS, wakeStreams } from '../logs/log-hub.js';
import { ApiSettings } from '../settings.js';

export const PUBLIC_URL = 'https://arcfleet.test';
export const VERSION = '1.2.3';

/** The smallest body that makes a run. */
export function aBody(overrides: Partial<CreateRunInput> & Record<string, unknown> = {}): CreateRunInput {
  return { dataset: { path: '/data/faces' }, maxSteps: 10, ...overrides };
}

const keys = new Map<string, string>();

/** Headers with the full key of the scene whose API has this URL; for clients that know no scene. */
export function keyHeaders(url: string): Record<string, string> {
  const key = keys.get(new URL(url).origin);
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
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
  /** A key that may do everything; every request carries it unless {@link as} says otherwise. */
  key = '';
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
    beside,
    ...settings
  }: {
    route?: (databaseUrl: string) => Promise<string>;
    /** Another API on the same database, as a second process would be; it must be closed later than this one. */
    beside?: ApiScene;
    webhookAllowPrivate?: boolean;
    pingMs?: number;
    metricsOpen?: boolean;
    access?: Partial<AccessSettings>;
    storageRoot?: string;
  } = {}): Promise<ApiScene> {
    const database = beside ? { url: beside.database.url, release: () => Promise.resolve() } : await freshDatabase();
    const source = await createDataSource(database.url, { poolSize: 4 }).initialize();
    await runMigrations(source);
    const apiSource = await createDataSource(await route(database.url), { poolSize: 6 }).initialize();
    const lines: string[] = [];
    const app = await createApp(
      apiSource,
      new ApiSettings({ publicUrl: PUBLIC_URL, version: VERSION, webhookAllowPrivate: false, ...settings }),
      createLogger({ service: 'api', level: 'debug', write: (line) => lines.push(line) }),
    );
    const heard = new Set<string | null>();
    const wake = wakeStreams(app);
    const keyNews = app.get(KeyNews);
    const listener = startListener(database.url, [...STREAM_CHANNELS, CHANNELS.keys], {
      onNotify: (channel, id) => {
        if (channel !== CHANNELS.keys) return wake(channel, id);
        keyNews.notify(id);
        heard.add(id);
      },
    });
    await listener.ready;
    await app.listen(0, '127.0.0.1');
    const scene = new ApiScene(database, source, apiSource, listener, app);
    scene.logLines = lines;
    scene.url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    scene.key = beside?.key ?? (await scene.aKey('*'));
    // News of its making that came later would make the API read it again.
    while (!beside && !heard.has(scene.keyId)) await delay(2);
    keys.set(scene.url, scene.key);
    return scene;
  }

  /** A key of its own, written past the API. */
  async aKey(...grants: Grant[]): Promise<string> {
    const key = { name: 'test', grants, expiresAt: null, createdBy: 'system' };
    return (await this.source.transaction((manager) => createKey(manager, key))).token;
  }

  /** Id of {@link key}. */
  get keyId(): string {
    return idOfToken(this.key);
  }

  /** The same API, asked with another key; null: with none. */
  as(key: string | null): ApiClient {
    return new ApiClient(this.url, key);
  }

  /** For clients that are not made here. */
  get headers(): Record<string, string> {
    return keyHeaders(this.url);
  }

  get(path: string): Test {
    return this.as(this.key).get(path);
  }

  post(path: string, body?: unknown): Test {
    return this.as(this.key).post(path, body);
  }

  put(path: string, body?: unknown): Test {
    return this.as(this.key).put(path, body);
  }

  patch(path: string, body?: unknown): Test {
    return this.as(this.key).patch(path, body);
  }

  delete(path: string): Test {
    return this.as(this.key).delete(path);
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

/** Id of the key that this is. */
export const idOfToken = (token: string): string => `key_${token.split('_')[1]}`;

/** Requests with one key. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly key: string | null,
  ) {}

  get(path: string): Test {
    return this.request('get', path);
  }

  post(path: string, body?: unknown): Test {
    return withBody(this.request('post', path), body);
  }

  put(path: string, body?: unknown): Test {
    return withBody(this.request('put', path), body);
  }

  patch(path: string, body?: unknown): Test {
    return withBody(this.request('patch', path), body);
  }

  delete(path: string): Test {
    return this.request('delete', path);
  }

  request(method: 'get' | 'head' | 'options' | 'post' | 'put' | 'patch' | 'delete', path: string): Test {
    const test = request(this.url)[method](path);
    return this.key === null ? test : test.set('authorization', `Bearer ${this.key}`);
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
