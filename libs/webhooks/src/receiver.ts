import type { IncomingMessage, RequestListener } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** A delivery whose signature and age were verified. */
export interface ReceivedWebhook {
  /** `webhook-id`: the same over all attempts. */
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface WebhookReceiverOptions {
  /** `whsec_...` of the endpoint. */
  readonly secret: string;
  /** Called once per delivery, however often it is sent. When it throws, the delivery is asked for again. */
  readonly onWebhook: (webhook: ReceivedWebhook) => void | Promise<void>;
  /** A request that was not accepted, and why. */
  readonly onRefused?: (reason: string) => void;
}

/** Deliveries are under 20 kB. */
const MAX_BODY_BYTES = 256 * 1024;
/** Ids that are remembered: a delivery is sent again for days, but few are under way at a time. */
const MAX_KNOWN_IDS = 10_000;

/**
 * A request listener for `http.createServer` that receives Standard Webhooks: verifies signature and age (five minutes),
 * hands every delivery over once, answers 204; 400 for what is no delivery, 401 for a wrong signature, 413 for a body over
 * 256 KiB, 500 when the handler threw.
 */
export function createWebhookReceiver({ secret, onWebhook, onRefused }: WebhookReceiverOptions): RequestListener {
  const verifier = new Webhook(secret);
  const handled = new Map<string, Promise<void>>();

  /** A repeat that comes while the first is still being handled waits for its outcome. */
  async function handleOnce(webhook: ReceivedWebhook): Promise<void> {
    let handling = handled.get(webhook.id);
    if (!handling) {
      handling = Promise.resolve(webhook).then(onWebhook);
      handled.set(webhook.id, handling);
      if (handled.size > MAX_KNOWN_IDS) handled.delete(handled.keys().next().value as string);
    }
    try {
      await handling;
    } catch (error) {
      handled.delete(webhook.id);
      throw error;
    }
  }

  async function receive(request: IncomingMessage): Promise<number> {
    const refuse = (status: number, reason: string): number => {
      onRefused?.(reason);
      return status;
    };
    const body = await readBody(request);
    if (body === null) return refuse(413, `the body is over ${MAX_BODY_BYTES} bytes`);
    let payload: unknown;
    try {
      payload = verifier.verify(body, request.headers as Record<string, string>);
    } catch (error) {
      const isSignature = error instanceof WebhookVerificationError;
      return refuse(isSignature ? 401 : 400, error instanceof Error ? error.message : String(error));
    }
    if (!isPayload(payload)) return refuse(400, 'the body is no webhook: type, timestamp and data are expected');
    try {
      await handleOnce({ ...payload, id: request.headers['webhook-id'] as string });
      return 204;
    } catch (error) {
      return refuse(500, error instanceof Error ? error.message : String(error));
    }
  }

  return (request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    receive(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(), // the sender went away
    );
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    // Read to its end all the same: an answer that comes earlier may be lost with the connection.
    if (length <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks) : null;
}

function isPayload(value: unknown): value is Omit<ReceivedWebhook, 'id'> {
  if (typeof value !== 'object' || value === null) return false;
  const { type, timestamp, data } = value as Record<string, unknown>;
  return typeof type === 'string' && typeof timestamp === 'string' && typeof data === 'object' && data !== null;
}
