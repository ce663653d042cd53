import { ArcFleetError, isGranted, type Grant, type KeyView } from '#contracts';
import type { EntityManager } from 'typeorm';
import { CHANNELS } from '../channels.js';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import { newId } from '../ids.js';
import { newToken } from '../key-token.js';
import { readPage, type Cursor, type ListOptions } from './pages.js';

/** What decides whether a request may pass. */
export type StoredKey = Pick<
  ApiKeyEntity,
  'id' | 'grants' | 'secretHash' | 'previousHash' | 'previousUntil' | 'expiresAt' | 'revokedAt'
>;

/** A key as the API shows it, except for its links. */
export type KeyDetails = Omit<KeyView, 'urls'> & { readonly revision: number };

export interface IssuedKey {
  readonly key: KeyDetails;
  /** The key itself: shown once, kept nowhere. */
  readonly token: string;
}

export interface NewKey {
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly expiresAt: Date | null;
  /** Id of a key, or `system`. */
  readonly createdBy: string;
}

/** One advisory lock for all that may take the last key away, so that two at once do not take two halves. */
const REVOKE_LOCK = 0x41_46_00_21;

export async function createKey(manager: EntityManager, { name, grants, expiresAt, createdBy }: NewKey): Promise<IssuedKey> {
  const id = newId('key');
  const { token, hash, hint } = newToken(id);
  await manager.insert(ApiKeyEntity, { id, name, hint, secretHash: hash, grants: [...grants], expiresAt, createdBy });
  // A key that was looked for before it was there is known as missing.
  await notify(manager, id);
  return { key: await getKey(manager, id), token };
}

/** @throws ArcFleetError `not_found`. */
export async function getKey(manager: EntityManager, id: string): Promise<KeyDetails> {
  const found = await manager.findOneBy(ApiKeyEntity, { id });
  if (!found) throw new ArcFleetError('not_found', `There is no key ${id}.`, { id });
  return toDetails(found);
}

/** Locks the key for a change in this transaction. @throws ArcFleetError `not_found`. */
export async function lockKey(manager: EntityManager, id: string): Promise<KeyDetails> {
  await manager.query('select from api_keys where id = $1 for update', [id]);
  return getKey(manager, id);
}

/** Newest first, those that are revoked or expired, too. */
export async function listKeys(
  manager: EntityManager,
  options: Pick<ListOptions, 'limit' | 'after'>,
): Promise<{ keys: KeyDetails[]; next: Cursor | null }> {
  const { rows, next } = await readPage(manager.createQueryBuilder(ApiKeyEntity, 'key'), options);
  return { keys: rows.map(toDetails), next };
}

/** The key as the guard needs it; null when there is none. */
export function findStoredKey(manager: EntityManager, id: string): Promise<StoredKey | null> {
  return manager.findOne(ApiKeyEntity, {
    where: { id },
    select: {
      id: true,
      grants: true,
      secretHash: true,
      previousHash: true,
      previousUntil: true,
      expiresAt: true,
      revokedAt: true,
    },
  });
}

/** Changes name or end of a locked key. @throws ArcFleetError `conflict` when it is revoked. */
export async function updateKey(
  manager: EntityManager,
  id: string,
  changes: { readonly name?: string | undefined; readonly expiresAt?: Date | null | undefined },
): Promise<KeyDetails> {
  const key = await getKey(manager, id);
  if (key.revokedAt !== null) throw new ArcFleetError('conflict', `The key ${id} is revoked; make a new one.`, { id });
  await manager.query(
    `update api_keys set name = coalesce($2, name), expires_at = case when $3 then $4 else expires_at end, revision = revision + 1
      where id = $1`,
    [id, changes.name ?? null, changes.expiresAt !== undefined, changes.expiresAt ?? null],
  );
  await notify(manager, id);
  return getKey(manager, id);
}

/**
 * Gives a locked key a new secret. The old one stays valid for `overlapMs`, but never longer than the key.
 * @throws ArcFleetError `conflict` when the key is revoked or expired, or an earlier rotation still overlaps.
 */
export async function rotateKey(manager: EntityManager, id: string, overlapMs: number): Promise<IssuedKey> {
  const key = await getKey(manager, id);
  if (key.status !== 'active') throw new ArcFleetError('conflict', `The key ${id} is ${key.status}; make a new one.`, { id });
  if (key.previousValidUntil !== null) {
    throw new ArcFleetError(
      'conflict',
      `The secret before the last rotation of ${id} is valid until ${key.previousValidUntil}; rotate again after that, or revoke the key.`,
      { id },
    );
  }
  const { token, hash } = newToken(id);
  await manager.query(
    `update api_keys
        set previous_hash = case when $3 > 0 then secret_hash end,
            previous_until = case when $3 > 0 then now() + $3 * interval '1 millisecond' end,
            secret_hash = $2, revision = revision + 1
      where id = $1`,
    [id, hash, overlapMs],
  );
  await notify(manager, id);
  return { key: await getKey(manager, id), token };
}

/**
 * Ends a locked key for good.
 * @returns false when it was revoked before.
 * @throws ArcFleetError `conflict` for the last valid key that may write keys: nobody could make another.
 */
export async function revokeKey(manager: EntityManager, id: string): Promise<boolean> {
  const key = await getKey(manager, id);
  if (key.revokedAt !== null) return false;
  if (isGranted(key.grants, 'keys:write') && key.status === 'active') {
    await manager.query('select pg_advisory_xact_lock($1)', [REVOKE_LOCK]);
    const others: { exists: boolean }[] = await manager.query(
      `select exists (select from api_keys where id <> $1 and revoked_at is null and (expires_at is null or expires_at > now())
          and grants && array['*', 'keys:*', 'keys:write']) as exists`,
      [id],
    );
    if (others[0]?.exists !== true) {
      throw new ArcFleetError(
        'conflict',
        `${id} is the last valid key that may write keys; make another one with keys:write first.`,
        { id },
      );
    }
  }
  await manager.query(
    `update api_keys set revoked_at = now(), previous_hash = null, previous_until = null, revision = revision + 1 where id = $1`,
    [id],
  );
  await notify(manager, id);
  return true;
}

/** Notes that the key was used, at most once a minute whatever the number of processes. */
export async function touchKey(manager: EntityManager, id: string): Promise<void> {
  await manager.query(
    `update api_keys set last_used_at = now()
      where id = $1 and (last_used_at is null or last_used_at <= now() - interval '1 minute')`,
    [id],
  );
}

async function notify(manager: EntityManager, id: string): Promise<void> {
  await manager.query('select pg_notify($1, $2)', [CHANNELS.keys, id]);
}

function toDetails(key: ApiKeyEntity): KeyDetails {
  const now = Date.now();
  const isExpired = key.expiresAt !== null && key.expiresAt.getTime() <= now;
  const overlaps = key.previousUntil !== null && key.previousUntil.getTime() > now;
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    grants: key.grants,
    status: key.revokedAt !== null ? 'revoked' : isExpired ? 'expired' : 'active',
    revision: key.revision,
    createdAt: key.createdAt.toISOString(),
    createdBy: key.createdBy,
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    previousValidUntil: overlaps ? key.previousUntil!.toISOString() : null,
  };
}
