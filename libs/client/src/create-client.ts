import createFetchClient, { type Client, type Middleware } from 'openapi-fetch';
import { errorOf, noAnswer } from './api-error.js';
import type { paths } from './openapi.js';

export interface ClientOptions {
  /** `http://host:port`, with the path under which the API is served if there is one. */
  readonly baseUrl: string;
  /** API key, sent as `Authorization: Bearer`; a function is asked before every request. */
  readonly key?: string | (() => string | undefined);
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** How long a request may take in milliseconds; event streams and files have no limit. Default: 30 s. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** What may take as long as it takes. */
const STREAMS = ['text/event-stream', 'application/octet-stream'];
/** A request for embeddings may wait a minute for its answer. */
const WAIT_MARGIN_MS = 10_000;

/**
 * A typed client: `client.GET('/runs/{id}', { params: { path: { id } } })` resolves to `{ data }`. Whatever is no success is thrown as an
 * {@link ApiError}, also when nothing answers (status 0) or the time is over; the signal's own reason is thrown when the caller aborts.
 */
export function createClient(options: ClientOptions): ArcFleetClient {
  const { baseUrl, timeoutMs = TIMEOUT_MS } = options;
  const base = baseUrl.replace(/\/+$/, '');
  const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const fetchOrThrow = async (request: Request): Promise<Response> => {
    const { headers } = request;
    const key = typeof options.key === 'function' ? options.key() : options.key;
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    const isStream = STREAMS.includes(headers.get('accept') ?? '');
    const waitMs = Number(new URL(request.url).searchParams.get('wait') ?? 0) * 1_000;
    const limit = isStream ? [] : [AbortSignal.timeout(Math.max(timeoutMs, waitMs + WAIT_MARGIN_MS))];
    try {
      return await send(new Request(request, { signal: AbortSignal.any([request.signal, ...limit]) }));
    } catch (error) {
      request.signal.throwIfAborted();
      throw noAnswer(`${request.method} ${new URL(request.url).pathname}`, error);
    }
  };
  const client = createFetchClient<paths>({ baseUrl: base, fetch: fetchOrThrow });
  client.use(throwProblems);
  return Object.assign(client, { baseUrl: base });
}

/** Types of every route, and where they are. */
export type ArcFleetClient = Client<paths> & { readonly baseUrl: string };

const throwProblems: Middleware = {
  onResponse: async ({ response }) => {
    if (!response.ok) throw await errorOf(response);
  },
};
