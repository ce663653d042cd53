import { request, type Dispatcher } from 'undici';
import { AddressRefusedError } from './address-guard.js';
import { parseRetryAfter } from './retry-schedule.js';
import { signWithAll } from './signature.js';
import { splitCredentials } from './webhook-url.js';

export interface WebhookAttempt {
  id: string;
  /** A user name and a password in it are sent as basic authentication. */
  url: string;
  /** Every one of them signs. */
  secrets: readonly string[];
  body: string;
}

export interface DeliverOptions {
  dispatcher: Dispatcher;
  now?: () => Date;
  /** For everything from the lookup to the last byte of the answer that is read. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * `delivered`: 2xx. `retry`: anything that may pass. `gone`: 410, the receiver wants no more. `aborted`: the receiver does not want
 * this one (`webhook-delivery: abort-message`). `refused`: the address is not permitted, or the URL cannot be used; trying again is
 * pointless.
 */
export interface DeliveryOutcome {
  result: 'delivered' | 'retry' | 'gone' | 'aborted' | 'refused';
  /** HTTP status; null when no answer came. */
  status: number | null;
  /** One line for the delivery log; null when delivered. */
  error: string | null;
  /** Start of the answer's body in one line; null: none. */
  answer: string | null;
  retryAfterMs: number | null;
}

/** So much of an answer is read (into the log); the rest is not waited for. */
const MAX_ANSWER_BYTES = 512;
/** The status is known by then: a body that dawdles does not matter. */
const ANSWER_MS = 1_000;

/**
 * Makes one attempt: POSTs the exact body with a fresh timestamp and signature. Redirects are failures and never followed:
 * a 301 answered to a POST loses the event, and may lead to a private address. Never throws.
 */
export async function deliver(attempt: WebhookAttempt, options: DeliverOptions): Promise<DeliveryOutcome> {
  const { dispatcher, now = () => new Date(), timeoutMs = 15_000, signal } = options;
  const timestamp = Math.floor(now().getTime() / 1_000);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const { url, authorization } = splitCredentials(attempt.url);
    const message = { id: attempt.id, timestamp, body: attempt.body };
    const response = await request(url, {
      method: 'POST',
      dispatcher,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ArcFleet-Webhooks/1',
        'webhook-id': attempt.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signWithAll(attempt.secrets, message),
        ...(authorization === null ? {} : { authorization }),
      },
      body: attempt.body,
    });
    const { statusCode: status, headers } = response;
    const answer = (await readStart(response.body)) || null;
    if (status >= 200 && status < 300) return { result: 'delivered', status, error: null, answer, retryAfterMs: null };
    return {
      result: status === 410 ? 'gone' : first(headers['webhook-delivery']) === 'abort-message' ? 'aborted' : 'retry',
      status,
      error: `answered ${status}`,
      answer,
      retryAfterMs: parseRetryAfter(first(headers['retry-after']), now()),
    };
  } catch (error) {
    const failed = (result: 'retry' | 'refused', text: string): DeliveryOutcome => ({
      result,
      status: null,
      error: text,
      answer: null,
      retryAfterMs: null,
    });
    if (error instanceof AddressRefusedError) return failed('refused', error.message);
    if (timeout.aborted) return failed('retry', `no complete answer within ${timeoutMs} ms`);
    if (['UND_ERR_INVALID_ARG', 'ERR_INVALID_URL'].includes((error as { code?: string }).code ?? ''))
      return failed('refused', (error as Error).message);
    return failed('retry', describe(error));
  }
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

async function readStart(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => body.destroy(), ANSWER_MS);
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status is known; an answer that breaks off changes nothing.
  } finally {
    clearTimeout(timer);
  }
  body.on('error', () => undefined).destroy();
  const text = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
  // NUL is not storable in Postgres, and a log line is one line.
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses were tried: the first reason is as good as any.
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return cause.message || (cause as { code?: string }).code || cause.name;
}
