import type { components } from './openapi.js';

export type Problem = components['schemas']['Problem'];

/** A request that was not answered with success. `status` is 0 and `code` is `unavailable` when nothing answered at all. */
export class ApiError extends Error {
  /** Stable, see docs/errors.md; may be one that this client does not know. */
  readonly code: string;
  readonly status: number;
  /** The answer; null when it was no problem of the API's, for example a proxy's page. */
  readonly problem: Problem | null;
  /** Seconds that the server asks to wait; null: it does not say. */
  readonly retryAfter: number | null;

  constructor(message: string, { code, status, problem, retryAfter }: ApiErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** True when the same request may succeed later: nothing answered, the server is overloaded or down, or the rate limit was met. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

interface ApiErrorFacts {
  readonly code: string;
  readonly status: number;
  readonly problem: Problem | null;
  readonly retryAfter: number | null;
}

/** The error that an answer stands for. The body may have been read and parsed already. */
export async function errorOf(response: Response, body?: unknown): Promise<ApiError> {
  const read: unknown = body ?? (response.bodyUsed ? null : await response.json().catch(() => null));
  const problem = isProblem(read) ? read : null;
  const fields = problem?.errors?.map(({ pointer, message }) => `${pointer} ${message}`).join('; ');
  const message = [problem?.detail ?? `the API answered ${response.status}`, fields].filter(Boolean).join(' ');
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return new ApiError(message, {
    code: problem?.code ?? 'unavailable',
    status: response.status,
    problem,
    retryAfter: Number.isFinite(seconds) ? seconds : null,
  });
}

/** The error of a request that got no answer. */
export function noAnswer(what: string, cause: unknown): ApiError {
  const facts = { code: 'unavailable', status: 0, problem: null, retryAfter: null };
  return new ApiError(`${what} got no answer: ${String(cause)}`, facts, { cause });
}

function isProblem(value: unknown): value is Problem {
  return value !== null && typeof value === 'object' && typeof (value as Problem).code === 'string';
}
