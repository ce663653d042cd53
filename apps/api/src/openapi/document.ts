import { z } from 'zod';
import { EVALUATION_EVENT_TYPES, problemSchema, WEBHOOK_EVENT_TYPES, type WebhookEventType } from '#contracts';
import { named, type Json, type NamedSchema, type Route } from '../http/operation.js';

type Io = 'input' | 'output';

/** Schemas by name, as the operations bring them. `input`: what a client sends. */
class Components {
  private readonly found = new Map<string, { schema: z.ZodType; io: Io }>();

  ref({ name, schema }: NamedSchema, io: Io): Json {
    const known = this.found.get(name);
    if (known && (known.schema !== schema || known.io !== io)) throw new Error(`Two schemas have the name ${name}.`);
    this.found.set(name, { schema, io });
    return { $ref: `#/components/schemas/${name}` };
  }

  toJson(): Json {
    const entries = [...this.found].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, { schema, io }]) => [name, toJsonSchema(schema, io)]));
  }
}

function toJsonSchema(schema: z.ZodType, io: Io): Json {
  // `any`: an error code is checked by a function, which JSON Schema cannot say.
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}

const PROBLEM = named('Problem', problemSchema);

/** Statuses that every operation of its form can answer with, whatever it does. */
function problemsOf({ scope, params, query, body, problems = [] }: Route): number[] {
  const all = new Set(problems);
  if (scope !== null) for (const status of [401, 403, 429]) all.add(status);
  if (params) all.add(404);
  if (query) all.add(422);
  if (body) for (const status of [400, 413, 415, 422]) all.add(status);
  return [...all].sort((a, b) => a - b);
}

function parametersOf({ params = {}, query, headers = [] }: Route): Json[] {
  const inPath = Object.entries(params).map(([name, schema]) => ({ name, in: 'path', required: true, schema }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, field]) => {
    const parameter = (field as z.ZodType).meta()?.['parameter'] as { description: string; schema: Json } | undefined;
    if (!parameter) throw new Error(`The query parameter ${name} is not described.`);
    const isRequired = !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: 'query', ...(isRequired ? { required: true } : {}), explode: true, ...parameter };
  });
  return [...inPath, ...inQuery, ...headers];
}

function toOperation(route: Route, components: Components): Json {
  const { id, summary, scope, body, isBodyOptional, status, answerHeaders, answer, others = {} } = route;
  const parameters = parametersOf(route);
  const bodies = body === undefined ? [] : [body].flat().map((each) => components.ref(each, 'input'));
  const jsonOf = (schema: NamedSchema): Json => ({ 'application/json': { schema: components.ref(schema, 'output') } });
  const content =
    answer === null ? undefined : 'name' in answer ? jsonOf(answer) : { [answer.contentType]: { schema: answer.schema } };
  const problem = {
    description: 'See `code`',
    content: { 'application/problem+json': { schema: components.ref(PROBLEM, 'output') } },
  };
  return {
    operationId: id,
    summary,
    tags: [id.split('.')[0]],
    ...(scope === null ? { security: [] } : { security: [{ key: [] }], ...(scope === 'any' ? {} : { 'x-scope': scope }) }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(bodies.length > 0
      ? {
          requestBody: {
            required: isBodyOptional !== true,
            content: { 'application/json': { schema: bodies.length === 1 ? bodies[0] : { anyOf: bodies } } },
          },
        }
      : {}),
    responses: {
      [status]: {
        description: 'Success',
        ...(answerHeaders ? { headers: answerHeaders } : {}),
        ...(content ? { content } : {}),
      },
      ...Object.fromEntries(
        Object.entries(others).map(([other, { description, answer: schema, headers }]) => [
          other,
          { description, ...(headers ? { headers } : {}), ...(schema ? { content: jsonOf(schema) } : {}) },
        ]),
      ),
      ...Object.fromEntries(problemsOf(route).map((each) => [each, problem])),
      default: problem,
    },
  };
}

const EVALUATION_EVENTS: readonly WebhookEventType[] = EVALUATION_EVENT_TYPES;

/** Field that names what an event tells of. */
function idFieldOf(type: WebhookEventType): string | null {
  if (EVALUATION_EVENTS.includes(type) || type === 'evaluation.regressed') return 'evaluationId';
  return type.startsWith('run.') ? 'runId' : null;
}

function toWebhooks(): Json {
  return Object.fromEntries(
    WEBHOOK_EVENT_TYPES.map((type) => {
      const field = idFieldOf(type);
      const data = { type: 'object', ...(field ? { required: [field], properties: { [field]: { type: 'string' } } } : {}) };
      return [
        type,
        {
          post: {
            operationId: `webhooks.${type}`,
            summary: 'Sent to endpoints that want it, signed as in Standard Webhooks 1.0.',
            parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
              name,
              in: 'header',
              required: true,
              schema: { type: 'string' },
            })),
            requestBody: {
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    required: ['type', 'timestamp', 'data'],
                    properties: { type: { const: type }, timestamp: { type: 'string', format: 'date-time' }, data },
                  },
                },
              },
            },
            responses: {
              '2XX': { description: 'Received. Anything else is tried again; 410 ends all deliveries to the URL.' },
            },
          },
        },
      ];
    }),
  );
}

/** The OpenAPI 3.1 document, made from what the handlers declare and the schemas that check requests. */
export function buildOpenApi(version: string, routes: readonly Route[]): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: toOperation(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'ArcFleet', version, description: 'Train and evaluate face-recognition models on a fleet of workers.' },
    paths,
    webhooks: toWebhooks(),
    components: {
      schemas: components.toJson(),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer <key>`.' } },
    },
  };
}
