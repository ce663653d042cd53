import type { WebhookEventType } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { DeliveryState } from '../entities/webhook-delivery.entity.js';

/** All that one attempt needs. */
export interface DueDelivery {
  id: string;
  runId: string | null;
  endpointId: string;
  eventType: WebhookEventType;
  body: string;
  url: string;
  secret: string;
  attempts: number;
  createdAt: Date;
  endpointDisabled: boolean;
}

export interface AttemptResult {
  at: Date;
  state: DeliveryState;
  /** When to try again; null unless `pending`. */
  nextAttemptAt: Date | null;
  status: number | null;
  error: string | null;
  /** The receiver said 410: no more deliveries to this endpoint. */
  disableEndpoint: boolean;
}

/** Deliveries that wait for an attempt, the longest waiting first. */
export async function findDueDeliveries(
  manager: EntityManager,
  now: Date,
  limit: number,
): Promise<{ id: string; nextAttemptAt: Date }[]> {
  return manager.query(
    `select id, next_attempt_at as "nextAttemptAt" from webhook_deliveries where state = 'pending' and next_attempt_at <= $1
      order by next_attempt_at limit $2`,
    [now, limit],
  );
}

/** When the next delivery that is not due yet will be; null: there is none. */
export async function findNextDeliveryTime(manager: EntityManager, now: Date): Promise<Date | null> {
  const rows: { at: Date | null }[] = await manager.query(
    `select min(next_attempt_at) as at from webhook_deliveries where state = 'pending' and next_attempt_at > $1`,
    [now],
  );
  return rows[0]?.at ?? null;
}

/**
 * A pending, due delivery, its row locked until the transaction ends; null when it is done, not due or being delivered by
 * somebody else at this moment.
 */
export async function lockDueDelivery(manager: EntityManager, id: string, now: Date): Promise<DueDelivery | null> {
  const rows: DueDelivery[] = await manager.query(
    `select d.id, d.run_id as "runId", d.endpoint_id as "endpointId", d.event_type as "eventType", d.body, d.attempts,
            d.created_at as "createdAt", e.url, e.secret, e.disabled_at is not null as "endpointDisabled"
       from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
      where d.id = $1 and d.state = 'pending' and d.next_attempt_at <= $2
      for update of d skip locked`,
    [id, now],
  );
  return rows[0] ?? null;
}

/** Moves the next attempt ahead before sending, so that nobody else sends the same meanwhile. */
export async function leaseDelivery(manager: EntityManager, id: string, until: Date): Promise<void> {
  await manager.query('update webhook_deliveries set next_attempt_at = $2 where id = $1', [id, until]);
}

/** Writes what an attempt led to. A delivery that has ended meanwhile stays as it is. Must run in a transaction. */
export async function recordAttempt(manager: EntityManager, delivery: DueDelivery, result: AttemptResult): Promise<void> {
  await manager.query(
    `update webhook_deliveries set state = $2, attempts = attempts + 1, next_attempt_at = $3, last_attempt_at = $4::timestamptz,
       last_status = $5, last_error = $6, delivered_at = case when $2 = 'delivered' then $4::timestamptz end
     where id = $1 and state = 'pending'`,
    [delivery.id, result.state, result.nextAttemptAt, result.at, result.status, result.error?.slice(0, 2_000) ?? null],
  );
  if (!result.disableEndpoint) return;
  await manager.query('update webhook_endpoints set disabled_at = coalesce(disabled_at, $2) where id = $1', [
    delivery.endpointId,
    result.at,
  ]);
  await manager.query(
    `update webhook_deliveries set state = 'failed', next_attempt_at = null, last_error = 'the endpoint is disabled'
      where endpoint_id = $1 and state = 'pending'`,
    [delivery.endpointId],
  );
}

/** One row of a run's delivery log. */
export interface DeliveryLogEntry {
  id: string;
  eventType: WebhookEventType;
  url: string;
  state: DeliveryState;
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  createdAt: string;
  nextAttemptAt: string | null;
  deliveredAt: string | null;
}

/** Deliveries of a run, oldest first. */
export async function listDeliveries(manager: EntityManager, runId: string, limit = 1_000): Promise<DeliveryLogEntry[]> {
  const rows: (Omit<DeliveryLogEntry, 'createdAt' | 'nextAttemptAt' | 'deliveredAt'> & {
    createdAt: Date;
    nextAttemptAt: Date | null;
    deliveredAt: Date | null;
  })[] = await manager.query(
    `select d.id, d.event_type as "eventType", e.url, d.state, d.attempts, d.last_status as "lastStatus",
            d.last_error as "lastError", d.created_at as "createdAt", d.next_attempt_at as "nextAttemptAt",
            d.delivered_at as "deliveredAt"
       from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
      where d.run_id = $1 order by d.created_at, d.id limit $2`,
    [runId, limit],
  );
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
  }));
}
