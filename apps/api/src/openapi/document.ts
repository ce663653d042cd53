import { z } from 'zod';
import {
  createdEvaluationSchema,
  createdRunSchema,
  createEmbeddingsSchema,
  createEvaluationSchema,
  createRunSchema,
  deliveryListSchema,
  embeddingsAnswerSchema,
  embeddingViewSchema,
  EVALUATION_EVENT_TYPES,
  evaluationListSchema,
  evaluationScoreListSchema,
  evaluationViewSchema,
  healthSchema,
  metricSeriesSchema,
  modelDetailsSchema,
  modelListSchema,
  problemSchema,
  recipeListSchema,
  recipeRunSchema,
  recipeSchema,
  RUN_EVENT_TYPES,
  RUN_STATUSES,
  RUN_STREAM_EVENTS,
  runListSchema,
  runViewSchema,
} from '#contracts';

type Json = Record<string, unknown>;

/** Schemas by the name under which the document holds them; `input`: what a client sends. */
const SCHEMAS = {
  CreateRun: { schema: createRunSchema, io: 'input' },
  CreateRunFromRecipe: { schema: recipeRunSchema, io: 'input' },
  CreatedRun: { schema: createdRunSchema, io: 'output' },
  Run: { schema: runViewSchema, io: 'output' },
  RunList: { schema: runListSchema, io: 'output' },
  MetricSeries: { schema: metricSeriesSchema, io: 'output' },
  CreateEvaluation: { schema: createEvaluationSchema, io: 'input' },
  CreatedEvaluation: { schema: createdEvaluationSchema, io: 'output' },
  Evaluation: { schema: evaluationViewSchema, io: 'output' },
  EvaluationList: { schema: evaluationListSchema, io: 'output' },
  EvaluationScores: { schema: evaluationScoreListSchema, io: 'output' },
  Model: { schema: modelDetailsSchema, io: 'output' },
  ModelList: { schema: modelListSchema, io: 'output' },
  CreateEmbeddings: { schema: createEmbeddingsSchema, io: 'input' },
  Embeddings: { schema: embeddingsAnswerSchema, io: 'output' },
  EmbeddingRequest: { schema: embeddingViewSchema, io: 'output' },
  DeliveryList: { schema: deliveryListSchema, io: 'output' },
  Recipe: { schema: recipeSchema, io: 'output' },
  RecipeList: { schema: recipeListSchema, io: 'output' },
  Health: { schema: healthSchema, io: 'output' },
  Problem: { schema: problemSchema, io: 'output' },
} as const;
type SchemaName = keyof typeof SCHEMAS;

interface Operation {
  method: 'get' | 'post';
  path: string;
  operationId: string;
  summary: string;
  parameters?: Json[];
  /** More than one: any of them. */
  body?: readonly SchemaName[];
  status: number;
  headers?: Json;
  /** JSON answer, or a content type of its own. */
  answer: SchemaName | { contentType: string; schema: Json };
  /** Further statuses without a problem body. */
  others?: Json;
  problems: number[];
}

const ref = (name: SchemaName): Json => ({ $ref: `#/components/schemas/${name}` });
const text = (description: string): Json => ({ description, schema: { type: 'string' } });
const query = (name: string, description: string, schema: Json): Json => ({ name, in: 'query', description, schema });
const idOf = (prefix: string): Json => ({
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: `^${prefix}_[0-9a-z]{20}$` },
});
const [runId, evaluationId, modelId, embeddingId] = [idOf('run'), idOf('evl'), idOf('mdl'), idOf('emb')];

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Repeats with the same key and body within 24 hours create nothing and get the first answer without its webhook secrets.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
const createdHeaders = (what: string): Json => ({
  Location: text(what),
  'Idempotent-Replayed': text('`true` when this is the answer to an earlier request'),
});
const page: readonly Json[] = [
  query('limit', 'Entries per page', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
  query('cursor', 'Opaque; part of `next` of the page before', { type: 'string' }),
];
const listParameters: Json[] = [
  ...page,
  query('status', 'Only these, separated by commas', { type: 'array', items: { enum: RUN_STATUSES } }),
];
const eventParameters: Json[] = [
  { name: 'Last-Event-ID', in: 'header', description: 'Go on after this event', schema: { type: 'string' } },
  query('after', 'The same for clients that cannot set the header', { type: 'integer', minimum: 0, default: 0 }),
];
const eventStream = {
  contentType: 'text/event-stream',
  schema: {
    type: 'string',
    description: `Server-sent events: \`id\` is the number of the event, \`event\` one of ${RUN_STREAM_EVENTS.join(', ')}, \`data\` is {"at", "data"}.`,
  },
};
const seenAll: Json = { 204: { description: 'It has ended and the client has seen all of it' } };

const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/runs',
    operationId: 'runs.create',
    summary: 'Creates a run, whole or as a recipe with overrides. It waits until all its ranks have a slot.',
    parameters: [idempotencyKey],
    body: ['CreateRun', 'CreateRunFromRecipe'],
    status: 202,
    headers: createdHeaders('The run'),
    answer: 'CreatedRun',
    problems: [400, 409, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/runs',
    operationId: 'runs.list',
    summary: 'Runs, newest first.',
    parameters: listParameters,
    status: 200,
    answer: 'RunList',
    problems: [422],
  },
  {
    method: 'get',
    path: '/runs/{id}',
    operationId: 'runs.get',
    summary: 'A run with its resolved configuration and history of states.',
    parameters: [runId],
    status: 200,
    answer: 'Run',
    problems: [404],
  },
  {
    method: 'post',
    path: '/runs/{id}/cancel',
    operationId: 'runs.cancel',
    summary: 'Asks a run to stop. Shows `canceling` at once and `canceled` when its ranks have left.',
    parameters: [runId],
    status: 202,
    answer: 'Run',
    problems: [404, 409],
  },
  {
    method: 'get',
    path: '/runs/{id}/events',
    operationId: 'runs.events',
    summary: 'Events of a run as they happen. Ends after the terminal transition.',
    parameters: [runId, ...eventParameters],
    status: 200,
    answer: eventStream,
    others: seenAll,
    problems: [400, 404, 422],
  },
  {
    method: 'get',
    path: '/runs/{id}/metrics',
    operationId: 'runs.metrics',
    summary: 'Metrics and verification scores per step. Steps that a restart replayed appear once.',
    parameters: [
      runId,
      query('names', 'Only these series, separated by commas', { type: 'array', items: { type: 'string' } }),
      query('maxPoints', 'Most points per series', { type: 'integer', minimum: 2, maximum: 20_000, default: 1_000 }),
    ],
    status: 200,
    answer: 'MetricSeries',
    problems: [404, 422],
  },
  {
    method: 'get',
    path: '/runs/{id}/deliveries',
    operationId: 'runs.deliveries',
    summary: 'Webhook deliveries of a run.',
    parameters: [runId],
    status: 200,
    answer: 'DeliveryList',
    problems: [404],
  },
  {
    method: 'post',
    path: '/evaluations',
    operationId: 'evaluations.create',
    summary: 'Creates an evaluation of a model. It waits until all its ranks have a slot.',
    parameters: [idempotencyKey],
    body: ['CreateEvaluation'],
    status: 202,
    headers: createdHeaders('The evaluation'),
    answer: 'CreatedEvaluation',
    problems: [400, 409, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/evaluations',
    operationId: 'evaluations.list',
    summary: 'Evaluations with their scores, newest first.',
    parameters: listParameters,
    status: 200,
    answer: 'EvaluationList',
    problems: [422],
  },
  {
    method: 'get',
    path: '/evaluations/{id}',
    operationId: 'evaluations.get',
    summary: 'An evaluation with the scores that it has, without curves.',
    parameters: [evaluationId],
    status: 200,
    answer: 'Evaluation',
    problems: [404],
  },
  {
    method: 'get',
    path: '/evaluations/{id}/scores',
    operationId: 'evaluations.scores',
    summary: 'Its scores with ROC points and histograms.',
    parameters: [evaluationId],
    status: 200,
    answer: 'EvaluationScores',
    problems: [404],
  },
  {
    method: 'post',
    path: '/evaluations/{id}/cancel',
    operationId: 'evaluations.cancel',
    summary: 'Asks an evaluation to stop.',
    parameters: [evaluationId],
    status: 202,
    answer: 'Evaluation',
    problems: [404, 409],
  },
  {
    method: 'get',
    path: '/evaluations/{id}/events',
    operationId: 'evaluations.events',
    summary: 'Events of an evaluation as they happen. Ends after the terminal transition.',
    parameters: [evaluationId, ...eventParameters],
    status: 200,
    answer: eventStream,
    others: seenAll,
    problems: [400, 404, 422],
  },
  {
    method: 'get',
    path: '/evaluations/{id}/deliveries',
    operationId: 'evaluations.deliveries',
    summary: 'Webhook deliveries of an evaluation.',
    parameters: [evaluationId],
    status: 200,
    answer: 'DeliveryList',
    problems: [404],
  },
  {
    method: 'get',
    path: '/models',
    operationId: 'models.list',
    summary: 'Stored models, newest first.',
    parameters: [...page, query('run', 'Only those of this run', { type: 'string' })],
    status: 200,
    answer: 'ModelList',
    problems: [422],
  },
  {
    method: 'get',
    path: '/models/{id}',
    operationId: 'models.get',
    summary: 'A model, the run that trained it, and what it scored.',
    parameters: [modelId],
    status: 200,
    answer: 'Model',
    problems: [404],
  },
  {
    method: 'post',
    path: '/models/{id}/embeddings',
    operationId: 'models.embeddings',
    summary: 'Embeds images with a model. Vectors are kept for an hour, images only until they are embedded.',
    parameters: [
      modelId,
      query('wait', 'Seconds to wait for the answer', { type: 'integer', minimum: 0, maximum: 60, default: 30 }),
    ],
    body: ['CreateEmbeddings'],
    status: 200,
    answer: 'Embeddings',
    others: {
      202: {
        description: 'Not there yet',
        headers: { Location: text('Where they will be') },
        content: { 'application/json': { schema: ref('EmbeddingRequest') } },
      },
    },
    problems: [400, 404, 409, 413, 415, 422, 500, 503],
  },
  {
    method: 'get',
    path: '/embeddings/{id}',
    operationId: 'embeddings.get',
    summary: 'A request for embeddings, with its answer once it is there.',
    parameters: [embeddingId],
    status: 200,
    answer: 'EmbeddingRequest',
    problems: [404],
  },
  {
    method: 'post',
    path: '/embeddings/{id}/cancel',
    operationId: 'embeddings.cancel',
    summary: 'Asks a request for embeddings to stop; one that has ended stays as it is.',
    parameters: [embeddingId],
    status: 202,
    answer: 'EmbeddingRequest',
    problems: [404],
  },
  {
    method: 'get',
    path: '/recipes',
    operationId: 'recipes.list',
    summary: 'Named configurations, each with the published numbers that it aims at.',
    status: 200,
    answer: 'RecipeList',
    problems: [],
  },
  {
    method: 'get',
    path: '/recipes/{name}',
    operationId: 'recipes.get',
    summary: 'One recipe with its resolved configuration.',
    parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }],
    status: 200,
    answer: 'Recipe',
    problems: [404],
  },
  {
    method: 'get',
    path: '/health',
    operationId: 'health.get',
    summary: 'Whether the API can do its work.',
    status: 200,
    answer: 'Health',
    others: { 503: { description: 'It cannot', content: { 'application/json': { schema: ref('Health') } } } },
    problems: [],
  },
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'openapi.get',
    summary: 'This document.',
    status: 200,
    answer: { contentType: 'application/json', schema: { type: 'object' } },
    problems: [],
  },
];

/** Methods that a path takes, or null when no route has it. */
export function allowedMethods(path: string): string[] | null {
  const methods = OPERATIONS.filter((operation) => toPattern(operation.path).test(path)).map(({ method }) =>
    method.toUpperCase(),
  );
  return methods.length > 0 ? methods : null;
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`);
}

const bodyOf = (names: readonly SchemaName[]): Json => (names.length === 1 ? ref(names[0]!) : { oneOf: names.map(ref) });

function toOperation(operation: Operation): Json {
  const { operationId, summary, parameters, body, status, headers, answer, others, problems } = operation;
  const content =
    typeof answer === 'string'
      ? { 'application/json': { schema: ref(answer) } }
      : { [answer.contentType]: { schema: answer.schema } };
  const problem = { description: 'See `code`', content: { 'application/problem+json': { schema: ref('Problem') } } };
  return {
    operationId,
    summary,
    ...(parameters ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: bodyOf(body) } } } } : {}),
    responses: {
      [status]: { description: 'Success', ...(headers ? { headers } : {}), content },
      ...others,
      ...Object.fromEntries(problems.map((each) => [each, problem])),
      default: problem,
    },
  };
}

const idFieldOf = (type: string): string => (type.startsWith('evaluation.') ? 'evaluationId' : 'runId');

function toWebhooks(): Json {
  return Object.fromEntries(
    [...RUN_EVENT_TYPES, ...EVALUATION_EVENT_TYPES].map((type) => [
      type,
      {
        post: {
          operationId: `webhooks.${type}`,
          summary: 'Sent to the `webhooks` of a run or an evaluation, signed as in Standard Webhooks 1.0.',
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
                  properties: {
                    type: { const: type },
                    timestamp: { type: 'string', format: 'date-time' },
                    data: { type: 'object', required: [idFieldOf(type)], properties: { [idFieldOf(type)]: { type: 'string' } } },
                  },
                },
              },
            },
          },
          responses: { '2XX': { description: 'Received. Anything else is tried again; 410 ends all deliveries to the URL.' } },
        },
      },
    ]),
  );
}

/** The OpenAPI 3.1 document, made from the schemas that check requests. */
export function buildOpenApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: toOperation(operation) };
  }
  const schemas = Object.entries(SCHEMAS).map(([name, { schema, io }]) => {
    // `any`: an error code is checked by a function, which JSON Schema cannot say.
    const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    return [name, json];
  });
  return {
    openapi: '3.1.0',
    info: { title: 'ArcFleet', version, description: 'Train and evaluate face-recognition models on a fleet of workers.' },
    paths,
    webhooks: toWebhooks(),
    components: { schemas: Object.fromEntries(schemas) },
  };
}
