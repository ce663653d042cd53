import { RequestMethod } from '@nestjs/common';
import type { z } from 'zod';
import type { Scope } from '#contracts';
import type { ApiSettings } from '../settings.js';

export type Json = Record<string, unknown>;

/** A schema under the name by which the OpenAPI document has it. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: z.ZodType;
}
export const named = (name: string, schema: z.ZodType): NamedSchema => ({ name, schema });

/** What a handler promises: the one place from which the OpenAPI document, the guard of scopes and `Allow` are made. */
export interface OperationSpec {
  /** `<resource>.<verb>`, unique: name of the operation in generated clients and in the audit log. */
  readonly id: string;
  readonly summary: string;
  /** What the calling key must be granted; `any`: nothing, but it must be valid; null: open to everybody. */
  readonly scope: Scope | 'any' | null;
  /** True: by configuration nothing is asked of who calls, whatever the scope. */
  readonly openIf?: (settings: ApiSettings) => boolean;
  /** Path parameters by name. */
  readonly params?: Readonly<Record<string, Json>>;
  /** Query parameters; describe each with {@link parameter}. */
  readonly query?: z.ZodObject;
  /** Request headers that mean something here. */
  readonly headers?: readonly Json[];
  /** More than one: any of them. */
  readonly body?: NamedSchema | readonly NamedSchema[];
  /** True: the body may be left out. */
  readonly isBodyOptional?: boolean;
  readonly status: number;
  readonly answerHeaders?: Json;
  /** JSON answer, a content type of its own, or null: none. */
  readonly answer: NamedSchema | { readonly contentType: string; readonly schema: Json } | null;
  /** Further forms of the answer, for clients that accept them. */
  readonly otherTypes?: readonly { readonly contentType: string; readonly schema: Json }[];
  /** Further statuses that are no problems. */
  readonly others?: Readonly<
    Record<number, { readonly description: string; readonly answer?: NamedSchema; readonly headers?: Json }>
  >;
  /** Statuses of problems that this operation has beyond those that follow from the rest (401, 403, 404, 413, 415, 422, 429). */
  readonly problems?: readonly number[];
}

const OPERATION = 'arcfleet:operation';

/** Declares what a handler does; every handler has one (a spec holds the routes to it). */
export function Operation(spec: OperationSpec): MethodDecorator {
  return (_target, _name, descriptor: PropertyDescriptor) => {
    Reflect.defineMetadata(OPERATION, spec, descriptor.value as object);
  };
}

/** The declaration of a handler; undefined for what is no handler of ours. */
export function operationOf(handler: object): OperationSpec | undefined {
  return Reflect.getMetadata(OPERATION, handler) as OperationSpec | undefined;
}

/** An operation with its route. */
export interface Route extends OperationSpec {
  readonly method: string;
  /** As OpenAPI writes it: `/runs/{id}`. */
  readonly path: string;
}

/** Routes of controllers, in the order in which they are declared. */
export function routesOf(controllers: readonly (abstract new (...args: never[]) => unknown)[]): Route[] {
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    const base = Reflect.getMetadata('path', controller) as string;
    return Object.getOwnPropertyNames(prototype).flatMap((name): Route[] => {
      const spec = name === 'constructor' ? undefined : operationOf(prototype[name]!);
      if (spec === undefined) return [];
      const handler = prototype[name]!;
      const parts = [base, Reflect.getMetadata('path', handler) as string].flatMap((part) => part.split('/'));
      const path = `/${parts.filter((part) => part !== '').join('/')}`.replace(/:(\w+)/g, '{$1}');
      const method = RequestMethod[Reflect.getMetadata('method', handler) as number]!;
      return [{ ...spec, method, path }];
    });
  });
}

/** Gives a field of a query schema its place in the document: what it means, and its type as clients see it. */
export function parameter<T extends z.ZodType>(schema: T, description: string, json: Json): T {
  return schema.meta({ parameter: { description, schema: json } }) as T;
}

/** Id in a path. */
export const idOf = (prefix: string): Json => ({ type: 'string', pattern: `^${prefix}_[0-9a-z]{20}$` });

export const IDEMPOTENCY_KEY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};
export const IF_MATCH: Json = {
  name: 'If-Match',
  in: 'header',
  description: 'The `ETag` that was seen: the change is refused with 412 when the resource has changed since.',
  schema: { type: 'string', pattern: '^("[0-9]{1,9}"|[0-9]{1,9}|[*])$' },
};
export const LAST_EVENT_ID: Json = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'Go on after this event',
  schema: { type: 'string', pattern: '^[0-9]{1,9}$' },
};

const header = (description: string): Json => ({ description, schema: { type: 'string' } });
export const ETAG_HEADER: Json = { ETag: header('Revision of the resource, for If-Match') };
export const createdHeaders = (what: string): Json => ({
  Location: header(what),
  'Idempotent-Replayed': header('`true` when this is the answer to an earlier request'),
});
export const EVENT_STREAM = (events: readonly string[]) => ({
  contentType: 'text/event-stream',
  // What each event looks like, not the stream as one text: tools that read streams hold an event to it.
  schema: {
    description: `Server-sent events: \`id\` is the number of the event, \`event\` one of ${events.join(', ')}, \`data\` is {"at", "data"}.`,
  },
});
/** Answer of an event stream to who has seen its end. */
export const SEEN_ALL = { 204: { description: 'It has ended and the client has seen all of it' } };
