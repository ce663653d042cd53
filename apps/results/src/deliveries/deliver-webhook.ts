import type { Observer } from '#contracts';
import { recordAttempt, type ClaimedDelivery } from '#persistence';
import { deliver } from '#webhooks';
import type { DataSource } from 'typeorm';
import type { Dispatcher } from 'undici';
import { judgeAttempt } from './delivery-policy.js';

export interface DeliverWebhookDeps {
  readonly dataSource: DataSource;
  readonly dispatcher: Dispatcher;
  readonly observer: Observer;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** Makes one attempt at a delivery that was claimed, and writes what came of it. */
export async function deliverWebhook(claimed: ClaimedDelivery, deps: DeliverWebhookDeps): Promise<void> {
  const { dataSource, dispatcher, observer, random = Math.random } = deps;
  const begin = performance.now();
  const outcome = await deliver(claimed, { dispatcher });
  const { status, error, answer } = outcome;
  const facts = { durationMs: performance.now() - begin, status, error, answer };
  const state = await dataSource.transaction((manager) =>
    recordAttempt(manager, claimed, facts, (context) => judgeAttempt(outcome, context, random())),
  );
  const { id, runId, eventType, seriesAttempts } = claimed;
  observer.log(outcome.result === 'delivered' ? 'debug' : 'warn', `webhook ${state ?? 'deleted'}`, {
    deliveryId: id,
    runId,
    event: eventType,
    status,
    error,
    attempt: seriesAttempts + 1,
  });
}
