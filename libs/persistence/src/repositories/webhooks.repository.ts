import { ArcFleetError, MAX_REGISTERED_WEBHOOKS, type ReplayWebhook, type WebhookEventType } from '#contracts';
import { IsNull, type EntityManager } from 'typeorm';
import { CHANNELS } from '../channels.js';
import { WebhookDeliveryEntity } from '../entities/webhook-delivery.entity.js';
import { WebhookEndpointEntity } from '../entities/webhook-endpoint.entity.js';
import { newId } from '../ids.js';
import { readPage, type ListOptions, type Page } from './pages.js';

/** Key of the advisory lock under which endpoints are registered: any constant of ours. */
const REGISTER_LOCK = 0x41_46_00_04;

export type NewWebhook = Pick<WebhookEndpointEntity, 'url' | 'secret' | 'events' | 'labels' | 'description'>;

/**
 * Registers an endpoint for all runs. Must run in a transaction.
 * @throws ArcFleetError `conflict` when there are too many.
 */
export async function registerWebhook(manager: EntityManager, webhook: NewWebhook): Promise<WebhookEndpointEntity> {
  await manager.query('select pg_advisory_xact_lock($1)', [REGISTER_LOCK]);
  if ((await manager.countBy(WebhookEndpointEntity, { runId: IsNull() })) >= MAX_REGISTERED_WEBHOOKS) {
    const message = `There are ${MAX_REGISTERED_WEBHOOKS} registered webhooks, and every event asks all of them. Delete one first.`;
    throw new ArcFleetError('conflict', message);
  }
  const id = newId('whep');
  await manager.insert(WebhookEndpointEntity, { ...webhook, id, runId: null });
  return getWebhook(manager, id);
}

/** @throws ArcFleetError `not_found`. */
export async function getWebhook(manager: EntityManager, id: string): Promise<WebhookEndpointEntity> {
  const found = await manager.findOneBy(WebhookEndpointEntity, { id });
  if (!found) throw noWebhook();
  return found;
}

/**
 * The endpoint, kept from others who change it until the transaction ends; events go on being queued for it.
 * @throws ArcFleetError `not_found`.
 */
export async function lockWebhook(manager: EntityManager, id: string): Promise<WebhookEndpointEntity> {
  const found = await manager.findOne(WebhookEndpointEntity, { where: { id }, lock: { mode: 'for_no_key_update' } });
  if (!found) throw noWebhook();
  return found;
}

/** Those that are registered for all, or those of a run; newest first. */
export function listWebhooks(
  manager: EntityManager,
  runId: string | null,
  page: Pick<ListOptions, 'limit' | 'after'>,
): Promise<Page<WebhookEndpointEntity>> {
  const query = manager.createQueryBuilder(WebhookEndpointEntity, 'webhook');
  if (runId === null) query.where('webhook.runId is null');
  else query.where('webhook.runId = :runId', { runId });
  return readPage(query, page);
}

/** Writes fields of a locked endpoint and counts its revision up. */
export async function changeWebhook(
  manager: EntityManager,
  webhook: WebhookEndpointEntity,
  fields: Partial<Omit<WebhookEndpointEntity, 'id' | 'runId' | 'createdAt' | 'revision'>>,
): Promise<WebhookEndpointEntity> {
  const change = { ...fields, revision: webhook.revision + 1, updatedAt: new Date() };
  await manager.update(WebhookEndpointEntity, { id: webhook.id }, change);
  return getWebhook(manager, webhook.id);
}

/** Deletes an endpoint with its deliveries; an attempt that is under way leaves nothing. */
export async function deleteWebhook(manager: EntityManager, id: string): Promise<void> {
  await manager.delete(WebhookEndpointEntity, { id });
}

/**
 * Begins a new series of attempts, now; what is under way ends first. The endpoint must be locked.
 * @throws ArcFleetError `not_found`.
 */
export async function redeliver(manager: EntityManager, id: string): Promise<WebhookDeliveryEntity> {
  const [rows]: [{ id: string }[], number] = await manager.query(
    `update webhook_deliveries set state = 'pending', series = series + 1, series_attempts = 0, next_attempt_at = now()
      where id = $1 returning id`,
    [id],
  );
  if (rows.length === 0) throw new ArcFleetError('not_found', 'There is no delivery with this id.');
  await manager.query('select pg_notify($1, $2)', [CHANNELS.deliveries, '']);
  return manager.findOneByOrFail(WebhookDeliveryEntity, { id });
}

export interface Replayed {
  readonly count: number;
  /** When the newest of them happened; null when there were fewer than `limit`. */
  readonly last: Date | null;
}

/**
 * Redelivers what has ended in a window, oldest first, at most `limit`. What is pending is left alone: it comes by itself. The
 * endpoint must be locked.
 */
export async function replayDeliveries(
  manager: EntityManager,
  endpointId: string,
  { since, until, state }: Pick<ReplayWebhook, 'since' | 'until' | 'state'>,
  types: readonly WebhookEventType[] | null,
  limit: number,
): Promise<Replayed> {
  const [rows]: [{ createdAt: Date }[], number] = await manager.query(
    `update webhook_deliveries set state = 'pending', series = series + 1, series_attempts = 0, next_attempt_at = now()
      where id in (
        select id from webhook_deliveries
         where endpoint_id = $1 and created_at >= $2 and created_at <= coalesce($3::timestamptz, clock_timestamp())
           and state = any($4) and ($5::text[] is null or event_type = any($5))
         order by created_at, id limit $6 for update)
      returning created_at as "createdAt"`,
    [endpointId, since, until ?? null, state === 'failed' ? ['failed'] : ['failed', 'delivered'], types, limit],
  );
  if (rows.length > 0) await manager.query('select pg_notify($1, $2)', [CHANNELS.deliveries, '']);
  const last = rows.length < limit ? null : new Date(Math.max(...rows.map(({ createdAt }) => createdAt.getTime())));
  return { count: rows.length, last };
}

const noWebhook = () => new ArcFleetError('not_found', 'There is no webhook with this id.');
