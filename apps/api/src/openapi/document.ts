import type { z } from 'zod';
import {
  errorReportSchema,
  evaluatedModelSchema,
  problemSchema,
  scoreSummarySchema,
  transitionSchema,
  verificationScoresSchema,
  WEBHOOK_EVENT_TYPES,
  WEBHOOK_EVENTS,
} from '#contracts';
import { named, type Json, type NamedSchema, type Route } from '../http/operation.js';
import { Components, inlineSchema, type Descriptions } from './components.js';
import { DESCRIPTIONS } from './descriptions.js';
import { EXAMPLES } from './examples.js';
import { ProblemResponses } from './problem-responses.js';
import { SharedParameters } from './shared-parameters.js';
import { TAGS } from './tags.js';

/** Parts of answers that are worth a name of their own in clients. */
const SHARED = [
  named('ErrorReport', errorReportSchema),
  named('Transition', transitionSchema),
  named('VerificationScores', verificationScoresSchema),
  named('ScoreSummary', scoreSummarySchema),
  named('EvaluatedModel', evaluatedModelSchema),
];
const PROBLEM = named('Problem', problemSchema);

/** What operations have in common. */
interface Parts {
  readonly schemas: Components;
  readonly parameters: SharedParameters;
  readonly problems: ProblemResponses;
}

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
  const inPath = Object.entries(params).map(([name, schema]) => {
    // An empty segment is another path.
    const filled = 'pattern' in schema ? schema : { minLength: 1, ...schema };
    return { name, in: 'path', required: true, schema: filled };
  });
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, field]) => {
    const parameter = (field as z.ZodType).meta()?.['parameter'] as { description: string; schema: Json } | undefined;
    if (!parameter) throw new Error(`The query parameter ${name} is not described.`);
    const isRequired = !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: 'query', ...(isRequired ? { required: true } : {}), explode: true, ...parameter };
  });
  return [...inPath, ...inQuery, ...headers];
}

function toOperation(route: Route, { schemas, parameters: shared, problems }: Parts): Json {
  const { id, summary, scope, body, isBodyOptional, status, answerHeaders, answer, otherTypes = [], others = {} } = route;
  const parameters = parametersOf(route).map((each) => shared.ref(each));
  const bodies = body === undefined ? [] : [body].flat();
  const jsonOf = (schema: NamedSchema): Json => ({ 'application/json': { schema: schemas.ref(schema, 'output') } });
  const first =
    answer === null ? undefined : 'name' in answer ? jsonOf(answer) : { [answer.contentType]: { schema: answer.schema } };
  const content = first && {
    ...first,
    ...Object.fromEntries(otherTypes.map(({ contentType, schema }) => [contentType, { schema }])),
  };
  return {
    operationId: id,
    summary,
    tags: [id.split('.')[0]],
    ...(scope === null ? { security: [] } : { security: [{ key: [] }], ...(scope === 'any' ? {} : { 'x-scope': scope }) }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(bodies.length > 0 ? { requestBody: bodyOf(bodies, isBodyOptional !== true, schemas) } : {}),
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
      ...Object.fromEntries(problemsOf(route).map((each) => [each, problems.ref(each)])),
      default: problems.ref(null),
    },
  };
}

function bodyOf(bodies: readonly NamedSchema[], isRequired: boolean, schemas: Components): Json {
  const refs = bodies.map((each) => schemas.ref(each, 'input'));
  const examples = bodies.flatMap(({ name }) => (name in EXAMPLES ? [[name, { value: EXAMPLES[name] }]] : []));
  return {
    required: isRequired,
    content: {
      'application/json': {
        schema: refs.length === 1 ? refs[0] : { anyOf: refs },
        ...(examples.length > 0 ? { examples: Object.fromEntries(examples) } : {}),
      },
    },
  };
}

function toWebhooks(): Json {
  return Object.fromEntries(
    WEBHOOK_EVENT_TYPES.map((type) => {
      const { summary, data } = WEBHOOK_EVENTS[type];
      return [
        type,
        {
          post: {
            operationId: `events.${type}`,
            tags: ['events'],
            security: [],
            summary,
            description:
              'Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.',
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
                      data: inlineSchema(data, 'output'),
                    },
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

const ABOUT = `Train and evaluate face-recognition models on a fleet of workers.

Errors are \`application/problem+json\` with a \`code\`. Lists are pages: \`next\` is the link to the following one. Times are ISO 8601, ids are
opaque. Answers may get new fields, and enumerations in answers new values; nothing that is here changes its meaning or goes away within a
major version.`;

/** The OpenAPI 3.1 document, made from what the handlers declare and the schemas that check requests. */
export function buildOpenApi(version: string, routes: readonly Route[], descriptions: Descriptions = DESCRIPTIONS): Json {
  const schemas = new Components(SHARED);
  const parts = { schemas, parameters: new SharedParameters(), problems: new ProblemResponses(schemas.ref(PROBLEM, 'output')) };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: toOperation(route, parts) };
  }
  const tags = [...new Set(routes.map(({ id }) => id.split('.')[0]!)), 'events'];
  return {
    openapi: '3.1.0',
    info: { title: 'ArcFleet', version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'The server that this document is from' }],
    tags: tags.map((name) => ({ name, ...(name in TAGS ? { description: TAGS[name] } : {}) })),
    paths,
    webhooks: toWebhooks(),
    components: {
      schemas: schemas.toJson(descriptions),
      parameters: parts.parameters.toJson(),
      responses: parts.problems.toJson(),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer <key>`.' } },
    },
  };
}
