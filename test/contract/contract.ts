import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Json } from './arbitrary.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Json;
}

export interface ContractOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Json | null;
  /** Bodies that the document shows. */
  readonly examples: readonly unknown[];
  readonly responses: Readonly<Record<string, { headers?: Json; content?: Record<string, { schema?: Json }> }>>;
}

/** An answer, as far as it was read: an event stream only to its head. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** The OpenAPI document as a judge of answers. */
export class Contract {
  readonly operations: readonly ContractOperation[];
  readonly components: Readonly<Record<string, Json>>;
  private readonly ajv: Ajv2020;
  private readonly judges = new Map<string, ValidateFunction>();

  constructor(private readonly document: Json) {
    this.components = (document['components'] as { schemas: Record<string, Json> }).schemas;
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.ajv);
    // What a client may not count on (no other fields) this server must keep: it never says more than the document.
    this.ajv.addSchema({ $id: 'document', components: { schemas: closed(this.components) } });
    const paths = document['paths'] as Record<string, Record<string, Json>>;
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => this.toOperation(method.toUpperCase(), path, operation)),
    );
  }

  /** What is wrong with an answer; empty: nothing. */
  judge({ id, responses }: ContractOperation, { status, contentType, text }: Answer): string[] {
    const promised = responses[status];
    if (!promised) return [`${status} is not in the document: ${text.slice(0, 300)}`];
    const [type] = contentType.split(';');
    if (!promised.content) return text === '' ? [] : [`${status} should have no body`];
    const content = promised.content[type!];
    if (!content) return [`${status} came as ${contentType || 'nothing'}, not ${Object.keys(promised.content).join(' or ')}`];
    if (!/json$/.test(type!) || !content.schema) return [];
    const judge = this.judgeOf(`${id} ${status} ${type}`, content.schema);
    if (judge(JSON.parse(text))) return [];
    return (judge.errors ?? []).map(
      ({ instancePath, message, params }) => `${status}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  private judgeOf(key: string, schema: Json): ValidateFunction {
    let judge = this.judges.get(key);
    if (!judge) this.judges.set(key, (judge = this.ajv.compile(closed(absolute(schema)) as Json)));
    return judge;
  }

  private toOperation(method: string, path: string, operation: Json): ContractOperation {
    const {
      operationId,
      parameters = [],
      requestBody,
      responses,
    } = operation as {
      operationId: string;
      parameters?: Json[];
      requestBody?: { content: Record<string, { schema: Json; examples?: Record<string, { value: unknown }> }> };
      responses: Record<string, Json>;
    };
    const json = requestBody?.content['application/json'];
    return {
      id: operationId,
      method,
      path,
      parameters: parameters.map((each) => this.inPlace(each) as unknown as Parameter),
      body: json?.schema ?? null,
      examples: Object.values(json?.examples ?? {}).map(({ value }) => value),
      responses: Object.fromEntries(Object.entries(responses).map(([status, each]) => [status, this.inPlace(each)])),
    };
  }

  private inPlace(value: Json): Json {
    const ref = value['$ref'];
    if (typeof ref !== 'string') return value;
    const keys = ref.split('/').slice(1);
    return keys.reduce<unknown>((inner, key) => (inner as Json)[key], this.document) as Json;
  }
}

/** References into the document, from outside of it. */
function absolute(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as Json;
}

/** The schema without room for fields that it does not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)])) as Json;
  return copy['type'] === 'object' && copy['properties'] && copy['additionalProperties'] === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}
