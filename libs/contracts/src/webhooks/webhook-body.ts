import type { WebhookPayload } from '../webhook-events.js';

/** Largest body of a delivery, in bytes of UTF-8: receivers answer 413 to more, and an event is lost. */
export const MAX_WEBHOOK_BODY_BYTES = 20_000;

/** Texts are cut to so many characters, one limit after the other until the body fits. */
const TEXT_LIMITS = [2_000, 500, 100];

/**
 * The exact text of a delivery, never over {@link MAX_WEBHOOK_BODY_BYTES}. Long texts are cut; of an error only code and message
 * are told. What is still too large loses its largest fields that are no plain values; `omitted` names them.
 */
export function toWebhookBody({ type, timestamp, data }: WebhookPayload): string {
  const write = (fields: Readonly<Record<string, unknown>>) => JSON.stringify({ type, timestamp, data: fields });
  let fields: Record<string, unknown> = data;
  for (const limit of TEXT_LIMITS) {
    fields = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, thin(value, limit)]));
    const body = write(fields);
    if (isSmall(body)) return body;
  }
  const omitted: string[] = [];
  for (const [key] of largestFirst(fields)) {
    delete fields[key];
    omitted.push(key);
    const body = write({ ...fields, omitted });
    if (isSmall(body)) return body;
  }
  return write({ omitted: ['*'] });
}

const isSmall = (body: string): boolean => Buffer.byteLength(body) <= MAX_WEBHOOK_BODY_BYTES;

/** Plain values go last: among them are the ids by which a receiver asks for the rest. */
function largestFirst(fields: Readonly<Record<string, unknown>>): [string, unknown][] {
  const weight = (value: unknown): number =>
    (JSON.stringify(value) ?? '').length + (typeof value === 'object' ? MAX_WEBHOOK_BODY_BYTES * 1_000 : 0);
  return Object.entries(fields).sort(([, a], [, b]) => weight(b) - weight(a));
}

function thin(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return cut(value, limit);
  if (Array.isArray(value)) return value.map((item) => thin(item, limit));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if ('code' in value && 'message' in value) return { code: value.code, message: thin(value.message, limit) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, thin(item, limit)]));
}

/** Never between the halves of a surrogate pair: no JSON parser would take the rest for text. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}...`;
}
