import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunBodySchema } from '#contracts';
import { ApiScene, problemOf, VERSION } from '../testing/api-scene.js';
import { API_ROUTES } from '../app.module.js';
import { EXAMPLES } from './examples.js';
import { allowedMethods as methodsOf } from './allowed-methods.js';

const allowedMethods = (path: string) => methodsOf(API_ROUTES, path);
type Json = Record<string, unknown>;
interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Json }[];
  requestBody?: { content: Record<string, Json> };
  responses: Record<string, { description: string; content?: Record<string, Json> }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json> };
}

let scene: ApiScene;
let document: Document;
let operations: { method: string; path: string; operation: Operation }[];
beforeAll(async () => {
  scene = await ApiScene.open();
  document = (await scene.get('/openapi.json').expect(200)).body as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation: withoutRefs(operation) })),
  );
});
afterAll(() => scene?.close());

/** `METHOD /path/{name}` of every route that the server has. */
function routesOfServer(): string[] {
  const { router } = scene.app.getHttpAdapter().getInstance() as {
    router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
  };
  return router.stack.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path.replace(/:(\w+)/g, '{$1}')}`) : [],
  );
}

function refsOf(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => (key === '$ref' ? [String(item)] : refsOf(item)));
}

/** The operation with its shared parameters and responses in place. */
function withoutRefs(operation: Operation): Operation {
  const inPlace = <T>(value: T): T => {
    const { $ref } = value as { $ref?: string };
    return $ref === undefined ? value : (resolveRef($ref) as T);
  };
  const { parameters, responses } = operation;
  return {
    ...operation,
    ...(parameters ? { parameters: parameters.map(inPlace) } : {}),
    responses: Object.fromEntries(Object.entries(responses).map(([status, response]) => [status, inPlace(response)])),
  };
}

function resolveRef(ref: string): unknown {
  const path = ref.replace(/^#\//, '').split('/');
  return path.reduce<unknown>((value, key) => (value as Json | undefined)?.[key], document);
}

describe('GET /openapi.json', () => {
  it('has the routes of the server, no more and no fewer', () => {
    const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(routesOfServer()).toContain('GET /runs/{id}/events');
    expect(documented.sort()).toEqual(routesOfServer().sort());
  });

  it('is OpenAPI 3.1 with a version, unique operation ids and a description of every answer', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'ArcFleet', version: VERSION });
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      expect(operation.summary).not.toBe('');
      expect(Object.keys(operation.responses).every((status) => /^([1-5]\d\d|default)$/.test(status))).toBe(true);
      expect(Object.values(operation.responses).every(({ description }) => description.length > 0)).toBe(true);
    }
  });

  it('declares exactly the parameters that a path names, as required', () => {
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
      expect(inPath.map(({ name }) => name)).toEqual(named);
      expect(inPath.every(({ required }) => required === true)).toBe(true);
      expect(operation.parameters?.every(({ schema }) => Object.keys(schema).length > 0) ?? true).toBe(true);
    }
  });

  it('has no reference that leads nowhere and no schema that nobody uses', () => {
    const refs = refsOf(document);
    expect(refs.length).toBeGreaterThan(10);
    expect(refs.filter((ref) => resolveRef(ref) === undefined)).toEqual([]);
    const used = new Set(refs.map((ref) => ref.split('/').at(-1)));
    expect(Object.keys(document.components.schemas).filter((name) => !used.has(name))).toEqual([]);
  });

  it('says what the schema that checks requests says', () => {
    const createRun = document.components.schemas['CreateRun'] as { required: string[]; properties: Record<string, Json> };
    expect(createRun.required.sort()).toEqual(['dataset']);
    expect(createRun.properties['seed']).toMatchObject({ type: 'integer', minimum: 0, default: 1 });
    expect(createRun).toMatchObject({ additionalProperties: false });
  });

  it('carries what the comments of schemas say, and refers to what has a name', () => {
    const { Run, RunList } = document.components.schemas as Record<string, { properties: Record<string, Json> }>;
    expect(Run?.properties['models']?.['description']).toContain('oldest first');
    expect(RunList?.properties['runs']).toMatchObject({ items: { $ref: '#/components/schemas/Run' } });
  });

  it('has examples that the schemas accept', () => {
    const schemas = API_ROUTES.flatMap(({ body }) => (body === undefined ? [] : [body].flat()));
    for (const [name, example] of Object.entries(EXAMPLES)) {
      const { schema } = schemas.find((each) => each.name === name)!;
      expect(schema.safeParse(example)).toMatchObject({ success: true });
    }
    // A recipe's overrides are checked only where they are merged.
    expect(createRunBodySchema.safeParse(EXAMPLES['CreateRunFromRecipe'])).toMatchObject({ success: true });
  });

  it('documents every webhook as a POST', () => {
    expect(Object.keys(document.webhooks)).toContain('run.succeeded');
    expect(Object.values(document.webhooks).every((item) => item['post'] !== undefined)).toBe(true);
  });
});

describe('a method that a path does not take', () => {
  it('is 405 with Allow on every path of the document', async () => {
    for (const path of Object.keys(document.paths)) {
      const url = path.replace('{id}', 'run_00000000000000000000').replace('{name}', 'demo');
      const methods = Object.keys(document.paths[path] ?? {}).map((method) => method.toUpperCase());
      expect(allowedMethods(url)).toEqual(methods);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((each) => !methods.includes(each))) {
        const response = await fetch(scene.url + url, { method, headers: scene.headers });
        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe(methods.join(', '));
        const type = response.headers.get('content-type')?.split(';')[0] ?? '';
        expect(problemOf({ type, text: await response.text() }).code).toBe('method_not_allowed');
      }
    }
  });

  it('is not asked of a path that there is not', () => {
    expect(allowedMethods('/runs/run_1/events/2')).toBeNull();
    expect(allowedMethods('/openapiXjson')).toBeNull();
    expect(allowedMethods('/')).toBeNull();
  });
});
