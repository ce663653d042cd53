import { ERRORS, type ErrorCode, type FieldError } from '#contracts';
import { toProblem } from '../http/problem.js';
import type { Json } from '../http/operation.js';

interface ProblemAnswer {
  readonly name: string;
  readonly description: string;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly hasRetryAfter?: boolean;
}

const ANSWERS: Readonly<Record<string, ProblemAnswer>> = {
  400: {
    name: 'Malformed',
    description: 'The body is no JSON, or a header has no meaning.',
    code: 'malformed_body',
    detail: 'The body is not valid JSON.',
  },
  401: { name: 'Unauthorized', description: 'No key, or none that is valid.', code: 'unauthorized', detail: 'No key was given.' },
  403: {
    name: 'Forbidden',
    description: 'The key lacks the scope of this operation.',
    code: 'forbidden',
    detail: 'The key has no grant for runs:write.',
  },
  404: { name: 'NotFound', description: 'There is no such thing.', code: 'not_found', detail: 'There is no run with this id.' },
  409: {
    name: 'Conflict',
    description: 'It is in another state, or a request with this Idempotency-Key is still running (then with Retry-After).',
    code: 'conflict',
    detail: 'The run has ended.',
    hasRetryAfter: true,
  },
  412: {
    name: 'PreconditionFailed',
    description: 'It has changed since the ETag in If-Match.',
    code: 'precondition_failed',
    detail: 'The resource has changed: its ETag is "3", If-Match says "2". Read it again, then decide.',
  },
  413: {
    name: 'TooLarge',
    description: 'The body is too large.',
    code: 'payload_too_large',
    detail: 'The body is larger than 256 kB.',
  },
  415: {
    name: 'NotJson',
    description: 'The body is not application/json.',
    code: 'unsupported_media_type',
    detail: 'The body must be application/json, the request says text/plain.',
  },
  422: {
    name: 'Invalid',
    description: 'A field is wrong, alone or beside another; `errors` names each.',
    code: 'validation_failed',
    detail: '/maxSteps: Too small: expected number to be >=1',
    errors: [{ pointer: '/maxSteps', message: 'Too small: expected number to be >=1' }],
  },
  429: {
    name: 'RateLimited',
    description: 'More requests than the key may send.',
    code: 'rate_limited',
    detail: 'Try again in 2 s.',
    hasRetryAfter: true,
  },
  500: { name: 'Failed', description: 'An error that is not the client’s.', code: 'internal', detail: 'An unexpected error.' },
  503: {
    name: 'Unavailable',
    description: 'A part of the system cannot be reached, or too much is being served.',
    code: 'unavailable',
    detail: 'The database cannot be reached; try again.',
    hasRetryAfter: true,
  },
};
const DEFAULT: ProblemAnswer = { ...ANSWERS['500']!, name: 'AnyProblem', description: 'Any other problem; see `code`.' };

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'string' } } };

/** Answers with a problem, as components that operations refer to. */
export class ProblemResponses {
  private readonly used = new Map<string, ProblemAnswer>();

  /** @param problem reference to the schema of problems. */
  constructor(private readonly problem: Json) {}

  /** @param status of a problem; null: any other. */
  ref(status: number | null): Json {
    const answer = status === null ? DEFAULT : (ANSWERS[status] ?? { ...DEFAULT, name: `Problem${status}` });
    this.used.set(answer.name, answer);
    return { $ref: `#/components/responses/${answer.name}` };
  }

  toJson(): Json {
    const entries = [...this.used.values()].map(({ name, description, code, detail, errors, hasRetryAfter }) => {
      const { httpStatus } = ERRORS[code];
      const example = toProblem(code, detail, '/runs', errors);
      const content = { 'application/problem+json': { schema: this.problem, example: { ...example, status: httpStatus } } };
      return [name, { description, ...(hasRetryAfter ? { headers: RETRY_AFTER } : {}), content }] as const;
    });
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
