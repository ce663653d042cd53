import { createHmac, randomBytes } from 'node:crypto';
import { ArcFleetError } from '#contracts';

const PREFIX = 'whsec_';

/** A new signing secret: `whsec_` and base64 of 32 random bytes. */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

export interface SignedMessage {
  /** `webhook-id`: the same over all attempts; must not contain a dot, which separates the signed parts. */
  id: string;
  /** Unix seconds of this attempt. */
  timestamp: number;
  /** The exact text that is sent. */
  body: string;
}

/** Signatures by several secrets, separated by a space: while a secret is being replaced, a receiver may know either. */
export function signWithAll(secrets: readonly string[], message: SignedMessage): string {
  return secrets.map((secret) => signWebhook(secret, message)).join(' ');
}

/**
 * `webhook-signature` by Standard Webhooks 1.0: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with the
 * decoded secret.
 * @throws ArcFleetError `config_invalid` for a secret or id of another form.
 */
export function signWebhook(secret: string, { id, timestamp, body }: SignedMessage): string {
  if (!secret.startsWith(PREFIX)) throw new ArcFleetError('config_invalid', `A webhook secret must start with ${PREFIX}`);
  if (id.includes('.')) throw new ArcFleetError('config_invalid', `A webhook id must not contain a dot: ${id}`);
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
