import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ArcFleetError, type CreatedRun, type WebhookInput } from '#contracts';
import { once, type NewEndpoint } from '#persistence';
import { isPublicAddress, newWebhookSecret } from '#webhooks';
import type { FieldError } from '../http/problem.js';
import { findUnstorable, validationError } from '../http/validation.js';
import { ApiSettings } from '../settings.js';

const KEY_LIFE_MS = 24 * 3_600_000;

interface Secrets {
  webhookSecrets: CreatedRun['webhookSecrets'];
}

/** What creating runs of every kind has in common: rules that no schema knows, webhook secrets, Idempotency-Key. */
@Injectable()
export class Submission {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * Runs `create` in one transaction, with the answer under its Idempotency-Key if there is one. A repeat gets the first answer,
   * as it was then, except for `webhookSecrets`: those are shown once and not kept with the answer, so a repeat shows none. Who
   * has lost them creates the run anew with secrets of its own.
   *
   * @param route for example `POST /runs`: keys of different routes do not meet
   * @throws ArcFleetError `validation_failed`, or what `once` throws.
   */
  async submit<V extends object>(
    route: string,
    input: { readonly webhooks: readonly WebhookInput[] },
    idempotencyKey: string | null,
    create: (manager: EntityManager, endpoints: readonly NewEndpoint[]) => Promise<V>,
  ): Promise<V & Secrets & { replayed: boolean }> {
    this.check(input);
    return this.dataSource.transaction(async (manager) => {
      const make = async (): Promise<V & Secrets> => {
        const { endpoints, webhookSecrets } = withSecrets(input.webhooks);
        return { ...(await create(manager, endpoints)), webhookSecrets };
      };
      if (idempotencyKey === null) return { ...(await make()), replayed: false };
      const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex');
      let webhookSecrets: Secrets['webhookSecrets'] = [];
      const request = { key: idempotencyKey, route, fingerprint, ttlMs: KEY_LIFE_MS };
      const { response, replayed } = await once(manager, request, async () => {
        const { webhookSecrets: made, ...view } = await make();
        webhookSecrets = made;
        return { status: 202, response: view };
      });
      return { ...(response as V), webhookSecrets, replayed };
    });
  }

  private check(input: { readonly webhooks: readonly WebhookInput[] }): void {
    const errors: FieldError[] = findUnstorable(input);
    input.webhooks.forEach(({ url }, index) => {
      const host = new URL(url).hostname.replace(/^\[|[\].]$/g, '');
      const isPrivate = host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && !isPublicAddress(host));
      // Names are checked where the connection is made; this only tells the obvious at once.
      if (isPrivate && !this.settings.webhookAllowPrivate) {
        errors.push({ pointer: `/webhooks/${index}/url`, message: 'must not name a private address' });
      }
    });
    if (errors.length > 0) throw validationError(errors);
  }
}

function withSecrets(webhooks: readonly WebhookInput[]): { endpoints: NewEndpoint[] } & Secrets {
  const endpoints = webhooks.map(({ url, secret, events }) => ({
    url,
    secret: secret ?? newWebhookSecret(),
    events: events ?? null,
  }));
  const isMade = webhooks.map(({ secret }) => secret === undefined);
  return { endpoints, webhookSecrets: endpoints.filter((_, i) => isMade[i]).map(({ url, secret }) => ({ url, secret })) };
}

/**
 * The key of an `Idempotency-Key` header: a quoted string, as the draft has it, or a bare token; null when there is none.
 * @throws ArcFleetError `malformed_request`.
 */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ArcFleetError('malformed_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.');
}
