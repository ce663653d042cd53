import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  ArcFleetError,
  mayGive,
  type CreateKey,
  type Grant,
  type KeyList,
  type KeyView,
  type KeyWithToken,
  type RotateKey,
  type UpdateKey,
} from '#contracts';
import {
  appendAudit,
  createKey,
  getKey,
  listKeys,
  lockKey,
  revokeKey,
  rotateKey,
  updateKey,
  type KeyDetails,
} from '#persistence';
import type { Actor } from '../access/actor.js';
import { Idempotency } from '../http/idempotency.js';
import { checkRevision } from '../http/if-match.js';
import { nextPage, toPage, type PageQuery } from '../http/page.js';
import { ApiSettings } from '../settings.js';

const DAY_MS = 86_400_000;

@Injectable()
export class KeysService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws ArcFleetError `forbidden` when the key would be able to do more than the one that makes it. */
  create(input: CreateKey, actor: Actor, key: string | undefined): Promise<KeyWithToken & { replayed: boolean }> {
    requireGivable(actor, input.grants);
    const request = { route: 'POST /keys', actor, input, key, status: 201 };
    return this.idempotency.once(request, { token: null as string | null }, async (manager) => {
      const { name, grants, expiresInDays } = input;
      const made = await createKey(manager, { name, grants, expiresAt: endOf(expiresInDays), createdBy: actor.id });
      const { id, expiresAt } = made.key;
      await appendAudit(manager, {
        actor: actor.id,
        action: 'keys.create',
        resourceId: id,
        details: { name, grants, expiresAt },
      });
      return { view: this.toView(made.key), secrets: { token: made.token as string | null } };
    });
  }

  async list(page: PageQuery): Promise<KeyList> {
    const { keys, next } = await listKeys(this.dataSource.manager, toPage(page));
    return {
      keys: keys.map((key) => this.toView(key)),
      next: nextPage(`${this.settings.publicUrl}/keys`, next, { limit: page.limit }),
    };
  }

  async get(id: string): Promise<KeyView> {
    return this.toView(await getKey(this.dataSource.manager, id));
  }

  update(id: string, input: UpdateKey, actor: Actor, expected: number | null): Promise<KeyView> {
    return this.dataSource.transaction(async (manager) => {
      const key = await lockKey(manager, id);
      checkRevision(key.revision, expected);
      requireGivable(actor, key.grants);
      const expiresAt = input.expiresInDays === undefined ? undefined : endOf(input.expiresInDays);
      const changed = await updateKey(manager, id, { name: input.name, expiresAt });
      const details = { name: changed.name, expiresAt: changed.expiresAt };
      await appendAudit(manager, { actor: actor.id, action: 'keys.update', resourceId: id, details });
      return this.toView(changed);
    });
  }

  rotate(
    id: string,
    { overlapSeconds }: RotateKey,
    actor: Actor,
    idempotencyKey: string | undefined,
  ): Promise<KeyWithToken & { replayed: boolean }> {
    const request = { route: `POST /keys/${id}/rotate`, actor, input: { overlapSeconds }, key: idempotencyKey, status: 200 };
    return this.idempotency.once(request, { token: null as string | null }, async (manager) => {
      const key = await lockKey(manager, id);
      // Its new secret is a key like any other: who may not make such a key may not have it.
      requireGivable(actor, key.grants);
      const rotated = await rotateKey(manager, id, overlapSeconds * 1_000);
      await appendAudit(manager, { actor: actor.id, action: 'keys.rotate', resourceId: id, details: { overlapSeconds } });
      return { view: this.toView(rotated.key), secrets: { token: rotated.token as string | null } };
    });
  }

  revoke(id: string, actor: Actor): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const key = await lockKey(manager, id);
      requireGivable(actor, key.grants);
      if (await revokeKey(manager, id)) await appendAudit(manager, { actor: actor.id, action: 'keys.revoke', resourceId: id });
    });
  }

  private toView(key: KeyDetails): KeyView {
    const self = `${this.settings.publicUrl}/keys/${key.id}`;
    return { ...key, urls: { self, rotate: `${self}/rotate` } };
  }
}

const endOf = (days: number | null): Date | null => (days === null ? null : new Date(Date.now() + days * DAY_MS));

/** @throws ArcFleetError `forbidden`. */
function requireGivable({ grants: own }: Actor, grants: readonly Grant[]): void {
  const missing = grants.filter((grant) => !mayGive(own, grant));
  if (missing.length === 0) return;
  throw new ArcFleetError(
    'forbidden',
    `A key decides only over what it may do itself; this one is not granted ${missing.join(', ')}.`,
    {
      missing,
    },
  );
}
