import type { Observer } from '#contracts';
import { leaseDelivery, lockDueDelivery, recordAttempt, type AttemptResult, type DueDelivery } from '#persistence';
import { deliver, nextAttemptDelayMs, type DeliveryOutcome } from '#webhooks';
import type { DataSource } from 'typeorm';
import type { Dispatcher } from 'undici';

/** Longer than an attempt can take: whoever holds the lease and lives has recorded its attempt by then. */
const LEASE_MS = 60_000;

export interface DeliverWebhookDeps {
  readonly dataSource: DataSource;
  readonly dispatcher: Dispatcher;
  readonly observer: Observer;
  readonly now?: () => Date;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** Makes one attempt at a delivery that is due and writes what came of it; does nothing when it is not due (any more). */
export async function deliverWebhook(deliveryId: string, deps: DeliverWebhookDeps): Promise<void> {
  const { dataSource, dispatcher, observer, now = () => new Date(), random = Math.random } = deps;
  const delivery = await dataSource.transaction(async (manager) => {
    const due = await lockDueDelivery(manager, deliveryId, now());
    if (due) await leaseDelivery(manager, deliveryId, new Date(now().getTime() + LEASE_MS));
    return due;
  });
  if (delivery === null) return;
  const outcome: DeliveryOutcome = delivery.endpointDisabled
    ? { result: 'gone', status: null, error: 'the endpoint is disabled', retryAfterMs: null }
    : await deliver(delivery, { dispatcher, now });
  const attempt = toAttempt(delivery, outcome, now(), random());
  await dataSource.transaction((manager) => recordAttempt(manager, delivery, attempt));
  const { state, status, error } = attempt;
  const fields = { deliveryId, runId: delivery.runId, event: delivery.eventType, status, error, attempt: delivery.attempts + 1 };
  observer.log(state === 'delivered' ? 'debug' : 'warn', `webhook ${state}`, fields);
}

function toAttempt({ attempts }: DueDelivery, outcome: DeliveryOutcome, at: Date, random: number): AttemptResult {
  const { result, status, error, retryAfterMs } = outcome;
  const delayMs = result === 'retry' ? nextAttemptDelayMs(attempts + 1, random, retryAfterMs) : null;
  return {
    at,
    state: result === 'delivered' ? 'delivered' : delayMs === null ? 'failed' : 'pending',
    nextAttemptAt: delayMs === null ? null : new Date(at.getTime() + delayMs),
    status,
    error,
    disableEndpoint: result === 'gone',
  };
}
