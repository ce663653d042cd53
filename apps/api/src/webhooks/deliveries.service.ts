import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  ArcFleetError,
  filtersOf,
  MAX_REPLAYED,
  WEBHOOK_EVENT_TYPES,
  type ReplayAnswer,
  type ReplayWebhook,
  type WebhookDelivery,
  type WebhookDeliveryDetails,
  type WebhookDeliveryList,
} from '#contracts';
import {
  appendAudit,
  enqueueWebhookTo,
  getDelivery,
  getWebhook,
  listWebhookDeliveries,
  lockWebhook,
  redeliver,
  replayDeliveries,
} from '#persistence';
import type { Actor } from '../access/actor.js';
import { Idempotency } from '../http/idempotency.js';
import { nextPage, toPage } from '../http/page.js';
import { ApiSettings } from '../settings.js';
import type { ListDeliveriesQuery } from './queries.js';
import { toDeliveryDetails, toDeliveryView } from './webhook-views.js';

/** The log of what was sent to endpoints, and sending it again. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws ArcFleetError `not_found`. */
  async list(webhookId: string, { state, event, since, ...page }: ListDeliveriesQuery): Promise<WebhookDeliveryList> {
    const { manager } = this.dataSource;
    await getWebhook(manager, webhookId);
    const { rows, next } = await listWebhookDeliveries(manager, webhookId, {
      ...toPage(page),
      ...(state ? { state } : {}),
      ...(event ? { event } : {}),
      ...(since ? { since: new Date(since) } : {}),
    });
    const url = `${this.settings.publicUrl}/webhooks/${webhookId}/deliveries`;
    return {
      deliveries: rows.map((delivery) => toDeliveryView(delivery, this.settings.publicUrl)),
      next: nextPage(url, next, { limit: page.limit, state, event, since }),
    };
  }

  /** @throws ArcFleetError `not_found`. */
  async get(id: string): Promise<WebhookDeliveryDetails> {
    const { delivery, attempts } = await getDelivery(this.dataSource.manager, id);
    return toDeliveryDetails(delivery, attempts, this.settings.publicUrl);
  }

  /** Queues `webhook.test`, whatever the filters of the endpoint say. @throws ArcFleetError `not_found`; `conflict` when it is disabled. */
  test(webhookId: string, actor: Actor, key: string | undefined): Promise<WebhookDelivery & { replayed: boolean }> {
    const request = { route: 'POST /webhooks/:id/test', actor, input: { webhookId }, key, status: 202 };
    return this.idempotency.once<WebhookDelivery, object>(request, {}, async (manager) => {
      await this.lockEnabled(manager, webhookId);
      const data = { webhookId, message: 'A test delivery, sent on request.' };
      const id = await enqueueWebhookTo(manager, webhookId, { type: 'webhook.test', at: new Date(), data, runId: null });
      await appendAudit(manager, {
        actor: actor.id,
        action: 'webhooks.test',
        resourceId: webhookId,
        details: { deliveryId: id },
      });
      const { delivery } = await getDelivery(manager, id);
      return { view: toDeliveryView(delivery, this.settings.publicUrl), secrets: {} };
    });
  }

  /** @throws ArcFleetError `not_found`; `conflict` when its endpoint is disabled. */
  async redeliver(id: string, actor: Actor): Promise<WebhookDelivery> {
    return this.dataSource.transaction(async (manager) => {
      const { delivery } = await getDelivery(manager, id);
      await this.lockEnabled(manager, delivery.endpointId);
      const again = await redeliver(manager, id);
      await appendAudit(manager, { actor: actor.id, action: 'deliveries.redeliver', resourceId: id });
      return toDeliveryView(again, this.settings.publicUrl);
    });
  }

  /** @throws ArcFleetError `not_found`; `conflict` when the endpoint is disabled. */
  async replay(webhookId: string, input: ReplayWebhook, actor: Actor): Promise<ReplayAnswer> {
    const { events } = input;
    const types = events ? WEBHOOK_EVENT_TYPES.filter((type) => filtersOf(type).some((filter) => events.includes(filter))) : null;
    return this.dataSource.transaction(async (manager) => {
      await this.lockEnabled(manager, webhookId);
      const { count, last } = await replayDeliveries(manager, webhookId, input, types, MAX_REPLAYED);
      const details = { ...input, replayed: count };
      await appendAudit(manager, { actor: actor.id, action: 'webhooks.replay', resourceId: webhookId, details });
      return { replayed: count, next: last?.toISOString() ?? null };
    });
  }

  private async lockEnabled(manager: EntityManager, webhookId: string): Promise<void> {
    const { disabledAt, disabledReason } = await lockWebhook(manager, webhookId);
    if (disabledAt === null) return;
    const message = `The webhook is disabled (${disabledReason}), so nothing is sent to it. Enable it first.`;
    throw new ArcFleetError('conflict', message, { disabledReason });
  }
}
