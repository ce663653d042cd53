import type { WebhookDelivery, WebhookDeliveryDetails, WebhookView } from '#contracts';
import type { WebhookAttemptEntity, WebhookDeliveryEntity, WebhookEndpointEntity } from '#persistence';
import { showUrl } from '#webhooks';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
/** A time that is over is no longer told. */
const ahead = (at: Date | null, now: Date): string | null => (at !== null && at > now ? at.toISOString() : null);

/** An endpoint as clients see it: without its secrets. */
export function toWebhookView(webhook: WebhookEndpointEntity, publicUrl: string, now = new Date()): WebhookView {
  const self = `${publicUrl}/webhooks/${webhook.id}`;
  return {
    id: webhook.id,
    runId: webhook.runId,
    url: showUrl(webhook.url),
    description: webhook.description,
    events: webhook.events,
    labels: webhook.labels,
    state: webhook.disabledAt ? 'disabled' : webhook.failingSince ? 'failing' : 'enabled',
    disabledReason: webhook.disabledReason,
    disabledAt: iso(webhook.disabledAt),
    failingSince: iso(webhook.failingSince),
    throttledUntil: ahead(webhook.throttledUntil, now),
    overlapUntil: ahead(webhook.previousSecretUntil, now),
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
    urls: {
      self,
      deliveries: `${self}/deliveries`,
      test: `${self}/test`,
      replay: `${self}/replay`,
      rotateSecret: `${self}/rotate-secret`,
    },
  };
}

/** A delivery as lists show it. */
export function toDeliveryView(delivery: WebhookDeliveryEntity, publicUrl: string): WebhookDelivery {
  const self = `${publicUrl}/deliveries/${delivery.id}`;
  return {
    id: delivery.id,
    webhookId: delivery.endpointId,
    runId: delivery.runId,
    eventType: delivery.eventType,
    state: delivery.state,
    attempts: delivery.attempts,
    lastStatus: delivery.lastStatus,
    lastError: delivery.lastError,
    createdAt: delivery.createdAt.toISOString(),
    lastAttemptAt: iso(delivery.lastAttemptAt),
    nextAttemptAt: iso(delivery.nextAttemptAt),
    deliveredAt: iso(delivery.deliveredAt),
    urls: { self, redeliver: `${self}/redeliver` },
  };
}

/** A delivery with its text and its attempts. */
export function toDeliveryDetails(
  delivery: WebhookDeliveryEntity,
  attempts: readonly WebhookAttemptEntity[],
  publicUrl: string,
): WebhookDeliveryDetails {
  const attemptLog = attempts.map(({ number, at, durationMs, status, error, answer }) => ({
    number,
    at: at.toISOString(),
    durationMs,
    status,
    error,
    answer,
  }));
  return { ...toDeliveryView(delivery, publicUrl), body: delivery.body, attemptLog };
}
