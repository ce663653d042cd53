import { z } from 'zod';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../webhook-events.js';

/** `run.*` and so on: all events of a resource, those that are added later included. */
export const WEBHOOK_EVENT_PATTERNS: readonly string[] = [
  ...new Set(WEBHOOK_EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`)),
];

/** One entry of an event filter: an event, all events of a resource, or `*`. */
export const eventFilterSchema = z.enum(['*', ...WEBHOOK_EVENT_PATTERNS, ...WEBHOOK_EVENT_TYPES]);

/** Every filter entry that lets the event pass. */
export function filtersOf(type: WebhookEventType): string[] {
  return ['*', `${type.split('.')[0]}.*`, type];
}
