import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  ArcFleetError,
  validationError,
  type CreateWebhook,
  type RotateSecret,
  type UpdateWebhook,
  type WebhookList,
  type WebhookView,
  type WebhookWithSecret,
} from '#contracts';
import {
  appendAudit,
  changeWebhook,
  deleteWebhook,
  disableEndpoint,
  getWebhook,
  listWebhooks,
  lockWebhook,
  registerWebhook,
  type WebhookEndpointEntity,
} from '#persistence';
import { newWebhookSecret, refuseUrl, showUrl } from '#webhooks';
import type { Actor } from '../access/actor.js';
import { Idempotency } from '../http/idempotency.js';
import { checkRevision } from '../http/if-match.js';
import { nextPage, toPage } from '../http/page.js';
import { findUnstorable } from '../http/validation.js';
import { ApiSettings } from '../settings.js';
import type { ListWebhooksQuery } from './queries.js';
import { toWebhookView } from './webhook-views.js';

/** An endpoint with its revision, which goes into the `ETag`. */
export interface Revised<V> {
  readonly view: V;
  readonly revision: number;
}

/** Endpoints: those that are registered for all, and those that runs brought. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws ArcFleetError `validation_failed`, `conflict` when there are too many, or what `once` throws. */
  create(
    input: CreateWebhook,
    actor: Actor,
    key: string | undefined,
  ): Promise<Revised<WebhookWithSecret> & { replayed: boolean }> {
    this.check(input);
    const { secret = newWebhookSecret(), ...fields } = input;
    const request = { route: 'POST /webhooks', actor, input, key, status: 201 };
    return this.idempotency
      .once<WebhookView & { revision: number }, { secret: string | null }>(request, { secret: null }, async (manager) => {
        const webhook = await registerWebhook(manager, { ...fields, secret });
        const details = { url: showUrl(webhook.url), events: webhook.events, labels: webhook.labels };
        await appendAudit(manager, { actor: actor.id, action: 'webhooks.create', resourceId: webhook.id, details });
        return { view: { ...this.toView(webhook), revision: webhook.revision }, secrets: { secret } };
      })
      .then(({ replayed, revision, ...view }) => ({ view, revision, replayed }));
  }

  async list({ run, ...page }: ListWebhooksQuery): Promise<WebhookList> {
    const { rows, next } = await listWebhooks(this.dataSource.manager, run ?? null, toPage(page));
    return {
      webhooks: rows.map((webhook) => this.toView(webhook)),
      next: nextPage(`${this.settings.publicUrl}/webhooks`, next, { limit: page.limit, run }),
    };
  }

  async get(id: string): Promise<Revised<WebhookView>> {
    return this.revised(await getWebhook(this.dataSource.manager, id));
  }

  /** @throws ArcFleetError `not_found`, `precondition_failed`, `validation_failed`. */
  update(id: string, input: UpdateWebhook, revision: number | null, actor: Actor): Promise<Revised<WebhookView>> {
    this.check(input);
    return this.change(id, 'webhooks.update', actor, async (manager, webhook) => {
      checkRevision(webhook.revision, revision);
      // What the old address did says nothing about the new one.
      const fresh = input.url === undefined || input.url === webhook.url ? {} : NO_FAILURES;
      const changed = await changeWebhook(manager, webhook, { ...withoutUndefined(input), ...fresh });
      return { changed, details: { ...input, ...(input.url === undefined ? {} : { url: showUrl(input.url) }) } };
    });
  }

  /** @throws ArcFleetError `not_found`, `precondition_failed`. */
  async delete(id: string, revision: number | null, actor: Actor): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const webhook = await lockWebhook(manager, id);
      checkRevision(webhook.revision, revision);
      await deleteWebhook(manager, id);
      const details = { url: showUrl(webhook.url), runId: webhook.runId };
      await appendAudit(manager, { actor: actor.id, action: 'webhooks.delete', resourceId: id, details });
    });
  }

  /**
   * Without an overlap it is always possible: a secret that leaked must not sign any longer because it is new.
   * @throws ArcFleetError `not_found`; `conflict` for an overlap while the rotation before still overlaps.
   */
  async rotateSecret(
    id: string,
    { overlapSeconds, secret = newWebhookSecret() }: RotateSecret,
    actor: Actor,
  ): Promise<Revised<WebhookWithSecret>> {
    const { view, revision } = await this.change(id, 'webhooks.rotateSecret', actor, async (manager, webhook) => {
      const { previousSecretUntil: until } = webhook;
      if (overlapSeconds > 0 && until !== null && until > new Date()) {
        const message = `The secret was replaced a short time ago, and the one before still signs until ${until.toISOString()}.`;
        throw new ArcFleetError('conflict', `${message} Wait until then, or give overlapSeconds 0.`, {
          until: until.toISOString(),
        });
      }
      const overlap = {
        previousSecret: overlapSeconds === 0 ? null : webhook.secret,
        previousSecretUntil: overlapSeconds === 0 ? null : new Date(Date.now() + overlapSeconds * 1_000),
      };
      return { changed: await changeWebhook(manager, webhook, { secret, ...overlap }), details: { overlapSeconds } };
    });
    return { view: { ...view, secret }, revision };
  }

  enable(id: string, actor: Actor): Promise<Revised<WebhookView>> {
    return this.change(id, 'webhooks.enable', actor, async (manager, webhook) => ({
      changed: await changeWebhook(manager, webhook, { ...NO_FAILURES, disabledAt: null, disabledReason: null }),
    }));
  }

  /** What waits is given up; an attempt that is under way ends. */
  disable(id: string, actor: Actor): Promise<Revised<WebhookView>> {
    return this.change(id, 'webhooks.disable', actor, async (manager) => {
      await disableEndpoint(manager, id, 'by_request');
      return { changed: await getWebhook(manager, id) };
    });
  }

  private async change(
    id: string,
    action: string,
    actor: Actor,
    act: (
      manager: EntityManager,
      webhook: WebhookEndpointEntity,
    ) => Promise<{ changed: WebhookEndpointEntity; details?: Record<string, unknown> }>,
  ): Promise<Revised<WebhookView>> {
    return this.dataSource.transaction(async (manager) => {
      const { changed, details = {} } = await act(manager, await lockWebhook(manager, id));
      await appendAudit(manager, { actor: actor.id, action, resourceId: id, details });
      return this.revised(changed);
    });
  }

  private check(input: Pick<UpdateWebhook, 'url' | 'description' | 'labels'>): void {
    const refused = input.url === undefined ? null : refuseUrl(input.url, this.settings.webhookPolicy);
    const errors = [...findUnstorable(input), ...(refused === null ? [] : [{ pointer: '/url', message: refused }])];
    if (errors.length > 0) throw validationError(errors);
  }

  private revised(webhook: WebhookEndpointEntity): Revised<WebhookView> {
    return { view: this.toView(webhook), revision: webhook.revision };
  }

  private toView(webhook: WebhookEndpointEntity): WebhookView {
    return toWebhookView(webhook, this.settings.publicUrl);
  }
}

const NO_FAILURES = { failingSince: null, throttles: 0, throttledUntil: null };

function withoutUndefined({ url, events, labels, description }: UpdateWebhook) {
  return {
    ...(url === undefined ? {} : { url }),
    ...(events === undefined ? {} : { events }),
    ...(labels === undefined ? {} : { labels }),
    ...(description === undefined ? {} : { description }),
  };
}
