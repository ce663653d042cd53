import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { validationError, type CreatedRun, type FieldError, type WebhookInput } from '#contracts';
import type { NewEndpoint } from '#persistence';
import { newWebhookSecret, refuseUrl, showUrl } from '#webhooks';
import { Idempotency, type OnceRequest } from '../http/idempotency.js';
import { findUnstorable } from '../http/validation.js';
import { ApiSettings } from '../settings.js';

interface Secrets {
  webhookSecrets: CreatedRun['webhookSecrets'];
}

/** What creating runs of every kind has in common: rules that no schema knows, webhook secrets, Idempotency-Key. */
@Injectable()
export class Submission {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * Runs `create` once, see {@link Idempotency.once}. Secrets of webhooks are shown once and not kept with the answer, so a repeat
   * shows none. Who has lost them creates the run anew with secrets of its own.
   *
   * @throws ArcFleetError `validation_failed`, or what `once` throws.
   */
  async submit<V extends object>(
    request: Omit<OnceRequest, 'status'>,
    input: { readonly webhooks: readonly WebhookInput[] },
    create: (manager: EntityManager, endpoints: readonly NewEndpoint[]) => Promise<V>,
  ): Promise<V & Secrets & { replayed: boolean }> {
    this.check(input);
    const none: Secrets = { webhookSecrets: [] };
    return this.idempotency.once({ ...request, status: 202 }, none, async (manager) => {
      const { endpoints, webhookSecrets } = withSecrets(input.webhooks);
      return { view: await create(manager, endpoints), secrets: { webhookSecrets } };
    });
  }

  /** Rules that no schema knows. @throws ArcFleetError `validation_failed`. */
  check(input: { readonly webhooks: readonly WebhookInput[] }): void {
    const errors = [...findUnstorable(input), ...this.privateUrls(input.webhooks)];
    if (errors.length > 0) throw validationError(errors);
  }

  private privateUrls(webhooks: readonly WebhookInput[]): FieldError[] {
    return webhooks.flatMap(({ url }, index) => {
      const message = refuseUrl(url, this.settings.webhookPolicy);
      return message === null ? [] : [{ pointer: `/webhooks/${index}/url`, message }];
    });
  }
}

function withSecrets(webhooks: readonly WebhookInput[]): { endpoints: NewEndpoint[] } & Secrets {
  const endpoints = webhooks.map(({ url, secret, events }) => ({
    url,
    secret: secret ?? newWebhookSecret(),
    events: events ?? null,
  }));
  const isMade = webhooks.map(({ secret }) => secret === undefined);
  return {
    endpoints,
    webhookSecrets: endpoints.filter((_, i) => isMade[i]).map(({ url, secret }) => ({ url: showUrl(url), secret })),
  };
}
