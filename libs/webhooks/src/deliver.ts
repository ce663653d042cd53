import { request, type Dispatcher } from 'undici';
import { AddressRefusedError } from './address-guard.js';
import { parseRetryAfter } from './retry-schedule.js';
import { signWebhook } from './signature.js';

export interface WebhookAttempt {
  id: string;
  url: string;
  secret: string;
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
 * `delivered`: 2xx. `retry`: anything that may pass. `gone`: 410, the receiver wants no more. `refused`: the address is not
 * public, or the URL cannot be used; trying again is pointless.
 */
export interface DeliveryOutcome {
  result: 'delivered' | 'retry' | 'gone' | 'refused';
  /** HTTP status; null when no answer came. */
  status: number | null;
  /** One line for the delivery log; null when delivered. */
  error: string | null;
  retryAfterMs: number | null;
}

/** So much of an answer is read (into the log); the rest is not waited for. */
const MAX_ANSWER_BYTES = 512;

/**
 * Makes one attempt: POSTs the exact body with a fresh timestamp and signature. Redirects are failures and never followed:
 * a 301 answered to a POST loses the event, and may lead to a private address. Never throws.
 */
export async function deliver(attempt: WebhookAttempt, options: DeliverOptions): Promise<DeliveryOutcome> {
  const { dispatcher, now = () => new Date(), timeoutMs = 15_000, signal } = options;
  const timestamp = Math.floor(now().getTime() / 1_000);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await request(attempt.url, {
      method: 'POST',
      dispatcher,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ArcFleet-Webhooks/1',
        'webhook-id': attempt.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signWebhook(attempt.secret, { id: attempt.id, timestamp, body: attempt.body }),
      },
      body: attempt.body,
    });
    const { statusCode: status } = response;
    if (status >= 200 && status < 300) {
      response.body.on('error', () => undefined).destroy();
      return { result: 'delivered', status, error: null, retryAfterMs: null };
    }
    const answer = await readStart(response.body);
    const retryAfter = response.headers['retry-after'];
    return {
      result: status === 410 ? 'gone' : 'retry',
      status,
      error: `answered ${status}${answer ? `: ${answer}` : ''}`,
      retryAfterMs: parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, now()),
    };
  } catch (error) {
    const failed = (result: 'retry' | 'refused', text: string): DeliveryOutcome => ({
      result,
      status: null,
      error: text,
      retryAfterMs: null,
    });
    if (error instanceof AddressRefusedError) return failed('refused', error.message);
    if (timeout.aborted) return failed('retry', `no complete answer within ${timeoutMs} ms`);
    if ((error as { code?: string }).code === 'UND_ERR_INVALID_ARG') return failed('refused', (error as Error).message);
    return failed('retry', describe(error));
  }
}

async function readStart(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status is known; an answer that breaks off changes nothing.
  }
  body.on('error', () => undefined).destroy();
  const text = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
  // NUL is not storable in Postgres, and a log line is one line.
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses were tried: the first reason is as good as any.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return first.message || (first as { code?: string }).code || first.name;
}
