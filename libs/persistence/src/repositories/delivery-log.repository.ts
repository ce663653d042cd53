import { ArcFleetError, type DeliveryState, type WebhookEventType } from '#contracts';
import type { EntityManager } from 'typeorm';
import { WebhookAttemptEntity } from '../entities/webhook-attempt.entity.js';
import { WebhookDeliveryEntity } from '../entities/webhook-delivery.entity.js';
import { readPage, type ListOptions, type Page } from './pages.js';

/** Attempts that are shown of one delivery. */
const MAX_SHOWN = 100;

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
export async function listDeliveries(
  manager: EntityManager,
  runId: string,
  { limit, after }: ListOptions = { limit: 1_000 },
): Promise<DeliveryLogEntry[]> {
  const rows: (Omit<DeliveryLogEntry, 'createdAt' | 'nextAttemptAt' | 'deliveredAt'> & {
    createdAt: Date;
    nextAttemptAt: Date | null;
    deliveredAt: Date | null;
  })[] = await manager.query(
    `select d.id, d.event_type as "eventType", e.url, d.state, d.attempts, d.last_status as "lastStatus",
            d.last_error as "lastError", d.created_at as "createdAt", d.next_attempt_at as "nextAttemptAt",
            d.delivered_at as "deliveredAt"
       from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
      where d.run_id = $1 and ($3::timestamptz is null or (d.created_at, d.id) > ($3, $4))
      order by d.created_at, d.id limit $2`,
    [runId, limit, after?.createdAt ?? null, after?.id ?? null],
  );
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
  }));
}

export interface DeliveryFilter extends Pick<ListOptions, 'limit' | 'after'> {
  readonly state?: DeliveryState;
  readonly event?: WebhookEventType;
  readonly since?: Date;
}

/** One page of the deliveries of an endpoint, newest first. */
export function listWebhookDeliveries(
  manager: EntityManager,
  endpointId: string,
  { state, event, since, ...page }: DeliveryFilter,
): Promise<Page<WebhookDeliveryEntity>> {
  const query = manager.createQueryBuilder(WebhookDeliveryEntity, 'delivery').where('delivery.endpointId = :endpointId', {
    endpointId,
  });
  if (state) query.andWhere('delivery.state = :state', { state });
  if (event) query.andWhere('delivery.eventType = :event', { event });
  if (since) query.andWhere('delivery.createdAt >= :since', { since });
  return readPage(query, page);
}

/** A delivery with its newest attempts, oldest of them first. @throws ArcFleetError `not_found`. */
export async function getDelivery(
  manager: EntityManager,
  id: string,
): Promise<{ delivery: WebhookDeliveryEntity; attempts: WebhookAttemptEntity[] }> {
  const delivery = await manager.findOneBy(WebhookDeliveryEntity, { id });
  if (!delivery) throw new ArcFleetError('not_found', 'There is no delivery with this id.');
  const attempts = await manager.find(WebhookAttemptEntity, {
    where: { deliveryId: id },
    order: { number: 'DESC' },
    take: MAX_SHOWN,
  });
  return { delivery, attempts: attempts.reverse() };
}
